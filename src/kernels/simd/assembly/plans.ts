/** @module The small movements between the layers of a plan, over pictures in blocks of 8 channels and over planes. */

/** dy = 0 where y <= 0, for `length` floats (rounded up to a multiple of 4): the adjoint of a rectifier, in place. */
export function maskRectified(dy: usize, y: usize, length: u32): void {
  const zero = f32x4.splat(0);
  const end = dy + ((<usize>length) << 2);
  for (; dy < end; dy += 16) {
    v128.store(dy, v128.andnot(v128.load(dy), f32x4.le(v128.load(y), zero)));
    y += 16;
  }
}

/**
 * Copies the rows of pictures into larger ones that keep their border: `planes` of `rows` rows of `rowBytes`, each a multiple
 * of 16. Pitches are bytes.
 */
export function copyPicture(
  to: usize,
  toPlane: usize,
  toRow: usize,
  from: usize,
  fromPlane: usize,
  fromRow: usize,
  planes: u32,
  rows: u32,
  rowBytes: usize,
): void {
  for (let plane: u32 = 0; plane < planes; plane++) {
    let target = to + <usize>plane * toPlane;
    let source = from + <usize>plane * fromPlane;
    for (let row: u32 = 0; row < rows; row++) {
      memory.copy(target, source, rowBytes);
      target += toRow;
      source += fromRow;
    }
  }
}

/**
 * The last step of a convolution's input gradient where the input has few channels:
 * `dx[channel][row + ky - padTop][column + kx - padLeft] += terms[row · columns + column][(channel · kernelHeight + ky) · kernelWidth + kx]`
 * for what lies inside the picture. `pitch` is the bytes from one pixel's terms to the next.
 */
export function gatherTaps(
  dx: usize,
  terms: usize,
  pitch: usize,
  channels: u32,
  height: i32,
  width: i32,
  rows: i32,
  columns: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  for (let channel: u32 = 0; channel < channels; channel++) {
    for (let ky = 0; ky < kernelHeight; ky++) {
      for (let kx = 0; kx < kernelWidth; kx++) {
        const left = max(0, padLeft - kx);
        const right = min(columns, width + padLeft - kx);
        for (let row = max(0, padTop - ky); row < min(rows, height + padTop - ky); row++) {
          let from = terms + <usize>(row * columns + left) * pitch;
          let to = dx + ((<usize>((row + ky - padTop) * width + left + kx - padLeft)) << 2);
          const end = to + ((<usize>max(0, right - left)) << 2);
          for (; to < end; to += 4) {
            store<f32>(to, load<f32>(to) + load<f32>(from));
            from += pitch;
          }
        }
        terms += 4;
      }
    }
    dx += (<usize>(height * width)) << 2;
  }
}
