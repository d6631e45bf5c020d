/**
 * @module
 * 2 × 2 max-pooling with stride 2 of pictures in blocks of 8 channels, `[block][row][column][8]`, and its adjoint. The
 * place of a maximum is one byte, 0 to 3 in row-major order of its window. A later value replaces the best when it is
 * greater, or NaN: the first maximum wins, and the last NaN.
 */

/** y, places: `[planes][height][width][8]`; x: `[planes][inHeight][inWidth][8]`, a plane being a block of one image. */
export function poolBlocks(
  y: usize,
  places: usize,
  x: usize,
  planes: u32,
  height: u32,
  width: u32,
  inHeight: u32,
  inWidth: u32,
  rectify: bool,
): void {
  const rowBytes = (<usize>inWidth) << 5;
  const planeBytes = rowBytes * <usize>inHeight;
  for (let plane: u32 = 0; plane < planes; plane++) {
    let line = x;
    for (let row: u32 = 0; row < height; row++) {
      let from = line;
      for (let column: u32 = 0; column < width; column++) {
        poolHalf(y, places, from, rowBytes, rectify);
        poolHalf(y + 16, places + 4, from + 16, rowBytes, rectify);
        y += 32;
        places += 8;
        from += 64;
      }
      line += 2 * rowBytes;
    }
    x += planeBytes;
  }
}

/** Four channels of one window. */
function poolHalf(y: usize, places: usize, x: usize, rowBytes: usize, rectify: bool): void {
  let best = v128.load(x);
  let place = i32x4.splat(0);
  let value = v128.load(x, 32);
  let wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, wins);
  place = v128.bitselect(i32x4.splat(1), place, wins);
  value = v128.load(x + rowBytes);
  wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, wins);
  place = v128.bitselect(i32x4.splat(2), place, wins);
  value = v128.load(x + rowBytes, 32);
  wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, wins);
  place = v128.bitselect(i32x4.splat(3), place, wins);
  if (rectify) best = f32x4.pmax(best, f32x4.splat(0));
  v128.store(y, best);
  v128.store32_lane(places, i8x16.shuffle(place, place, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
}

/**
 * dx = dy at the place of each maximum and zero elsewhere in the window; what lies beyond the windows is left alone. Shapes
 * as in {@link poolBlocks}. Where `rectified` is not 0 it is y, and dy counts only where that is above 0 or NaN.
 */
export function unpoolBlocks(
  dx: usize,
  dy: usize,
  places: usize,
  rectified: usize,
  planes: u32,
  height: u32,
  width: u32,
  inHeight: u32,
  inWidth: u32,
): void {
  const rowBytes = (<usize>inWidth) << 5;
  const planeBytes = rowBytes * <usize>inHeight;
  for (let plane: u32 = 0; plane < planes; plane++) {
    let line = dx;
    for (let row: u32 = 0; row < height; row++) {
      let to = line;
      for (let column: u32 = 0; column < width; column++) {
        const eight = v128.load64_zero(places);
        const low = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(eight));
        const high = i32x4.extend_high_i16x8_u(i16x8.extend_low_i8x16_u(eight));
        let a = v128.load(dy);
        let b = v128.load(dy, 16);
        if (rectified) {
          const zero = f32x4.splat(0);
          a = v128.andnot(a, f32x4.le(v128.load(rectified), zero));
          b = v128.andnot(b, f32x4.le(v128.load(rectified, 16), zero));
          rectified += 32;
        }
        storeWhere(to, a, b, low, high, 0);
        storeWhere(to + 32, a, b, low, high, 1);
        storeWhere(to + rowBytes, a, b, low, high, 2);
        storeWhere(to + rowBytes + 32, a, b, low, high, 3);
        dy += 32;
        places += 8;
        to += 64;
      }
      line += 2 * rowBytes;
    }
    dx += planeBytes;
  }
}

function storeWhere(to: usize, a: v128, b: v128, low: v128, high: v128, place: i32): void {
  const here = i32x4.splat(place);
  v128.store(to, v128.and(a, i32x4.eq(low, here)));
  v128.store(to, v128.and(b, i32x4.eq(high, here)), 16);
}
