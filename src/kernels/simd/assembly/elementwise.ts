/** @module Sum, rectifier and 2 × 2 max-pooling. */

/** y = a + b for `length` floats (rounded up to a multiple of 4). */
export function add(y: usize, a: usize, b: usize, length: u32): void {
  const end = a + ((<usize>length) << 2);
  for (; a < end; a += 16) {
    v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
    b += 16;
    y += 16;
  }
}

/** y = max(x, 0) for `length` floats (rounded up to a multiple of 4); `pmax` keeps NaN and -0 as they are. */
export function reluForward(y: usize, x: usize, length: u32): void {
  const zero = f32x4.splat(0);
  const end = x + ((<usize>length) << 2);
  for (; x < end; x += 16) {
    v128.store(y, f32x4.pmax(v128.load(x), zero));
    y += 16;
  }
}

/** dx += dy where not (x <= 0), for `length` floats (rounded up to a multiple of 4). */
export function reluBackward(dx: usize, dy: usize, x: usize, length: u32): void {
  const zero = f32x4.splat(0);
  const end = x + ((<usize>length) << 2);
  for (; x < end; x += 16) {
    const off = f32x4.le(v128.load(x), zero);
    v128.store(dx, f32x4.add(v128.load(dx), v128.andnot(v128.load(dy), off)));
    dx += 16;
    dy += 16;
  }
}

/**
 * 2 × 2 windows with stride 2 and no padding. y, argmax: `[planes][height][width]`; x: `[planes][2 height (+1)][inWidth]`
 * with planes of `inPlane` floats.
 * A later value replaces the best when it is greater, or NaN: so the first maximum wins, and the last NaN.
 */
export function maxPool2x2(
  y: usize,
  argmax: usize,
  x: usize,
  planes: u32,
  height: u32,
  width: u32,
  inWidth: u32,
  inPlane: u32,
): void {
  const rowBytes = (<usize>inWidth) << 2;
  for (let plane: u32 = 0; plane < planes; plane++) {
    const top = x + ((<usize>plane * inPlane) << 2);
    for (let row: u32 = 0; row < height; row++) {
      const index = 2 * row * inWidth;
      const source = top + ((<usize>index) << 2);
      let column: u32 = 0;
      for (; column + 4 <= width; column += 4) {
        pool4(y, argmax, source + ((<usize>column) << 3), rowBytes, index + 2 * column, inWidth);
        y += 16;
        argmax += 16;
      }
      for (; column < width; column++) {
        pool1(y, argmax, source + ((<usize>column) << 3), rowBytes, index + 2 * column, inWidth);
        y += 4;
        argmax += 4;
      }
    }
  }
}

/** Four windows side by side. */
function pool4(y: usize, argmax: usize, x: usize, rowBytes: usize, index: u32, inWidth: u32): void {
  const upLeft = v128.load(x);
  const upRight = v128.load(x, 16);
  const downLeft = v128.load(x + rowBytes);
  const downRight = v128.load(x + rowBytes, 16);
  let best = v128.shuffle<f32>(upLeft, upRight, 0, 2, 4, 6);
  let at = i32x4.add(i32x4.splat(index), i32x4(0, 2, 4, 6));
  const first = at;
  let value = v128.shuffle<f32>(upLeft, upRight, 1, 3, 5, 7);
  let wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, wins);
  at = v128.bitselect(i32x4.add(first, i32x4.splat(1)), at, wins);
  value = v128.shuffle<f32>(downLeft, downRight, 0, 2, 4, 6);
  wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, wins);
  at = v128.bitselect(i32x4.add(first, i32x4.splat(inWidth)), at, wins);
  value = v128.shuffle<f32>(downLeft, downRight, 1, 3, 5, 7);
  wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, wins);
  at = v128.bitselect(i32x4.add(first, i32x4.splat(inWidth + 1)), at, wins);
  v128.store(y, best);
  v128.store(argmax, at);
}

/** One window. */
function pool1(y: usize, argmax: usize, x: usize, rowBytes: usize, index: u32, inWidth: u32): void {
  let best = load<f32>(x);
  let at = index;
  let value = load<f32>(x, 4);
  if (value > best || value != value) {
    best = value;
    at = index + 1;
  }
  value = load<f32>(x + rowBytes);
  if (value > best || value != value) {
    best = value;
    at = index + inWidth;
  }
  value = load<f32>(x + rowBytes, 4);
  if (value > best || value != value) {
    best = value;
    at = index + inWidth + 1;
  }
  store<f32>(y, best);
  store<u32>(argmax, at);
}
