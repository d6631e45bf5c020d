/** @module What training needs besides the products: sums over pixels, dropout's masks, and Adadelta's step. */

import { multiplyAdd } from "./tile";

/**
 * dw += the gradient of the weights of a convolution with few input channels, stride 1 and no padding, from one image:
 * `dw[block][channel][ky][kx][8]`.
 * @param dy `[block][height][width][8]`
 * @param x planes of `inHeight × inWidth`
 */
export function addTapGradients(
  dw: usize,
  dy: usize,
  x: usize,
  blocks: u32,
  height: u32,
  width: u32,
  channels: u32,
  inHeight: u32,
  inWidth: u32,
  kernelHeight: u32,
  kernelWidth: u32,
): void {
  for (let block: u32 = 0; block < blocks; block++) {
    for (let channel: u32 = 0; channel < channels; channel++) {
      for (let ky: u32 = 0; ky < kernelHeight; ky++) {
        const from = x + ((<usize>((channel * inHeight + ky) * inWidth)) << 2);
        let kx: u32 = 0;
        for (; kx + 3 <= kernelWidth; kx += 3) {
          addThreeTaps(dw, dy, from + ((<usize>kx) << 2), height, width, inWidth);
          dw += 96;
        }
        for (; kx < kernelWidth; kx++) {
          addTap(dw, dy, from + ((<usize>kx) << 2), height, width, inWidth);
          dw += 32;
        }
      }
    }
    dy += (<usize>(height * width)) << 5;
  }
}

function addThreeTaps(dw: usize, dy: usize, x: usize, height: u32, width: u32, inWidth: u32): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  for (let row: u32 = 0; row < height; row++) {
    let from = x;
    const end = dy + ((<usize>width) << 5);
    for (; dy < end; dy += 32) {
      const low = v128.load(dy);
      const high = v128.load(dy, 16);
      const x0 = v128.load32_splat(from);
      a0 = multiplyAdd(x0, low, a0);
      b0 = multiplyAdd(x0, high, b0);
      const x1 = v128.load32_splat(from, 4);
      a1 = multiplyAdd(x1, low, a1);
      b1 = multiplyAdd(x1, high, b1);
      const x2 = v128.load32_splat(from, 8);
      a2 = multiplyAdd(x2, low, a2);
      b2 = multiplyAdd(x2, high, b2);
      from += 4;
    }
    x += (<usize>inWidth) << 2;
  }
  addTwo(dw, a0, b0);
  addTwo(dw + 32, a1, b1);
  addTwo(dw + 64, a2, b2);
}

function addTap(dw: usize, dy: usize, x: usize, height: u32, width: u32, inWidth: u32): void {
  let a = f32x4.splat(0);
  let b = a;
  for (let row: u32 = 0; row < height; row++) {
    let from = x;
    const end = dy + ((<usize>width) << 5);
    for (; dy < end; dy += 32) {
      const value = v128.load32_splat(from);
      a = multiplyAdd(value, v128.load(dy), a);
      b = multiplyAdd(value, v128.load(dy, 16), b);
      from += 4;
    }
    x += (<usize>inWidth) << 2;
  }
  addTwo(dw, a, b);
}

function addTwo(to: usize, a: v128, b: v128): void {
  v128.store(to, f32x4.add(v128.load(to), a));
  v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
}

/** db[block][8] += the sum of each block of `dy`, `[block][pixels][8]`: the gradient of a bias from one image. */
export function addPixelSums(db: usize, dy: usize, blocks: u32, pixels: u32): void {
  for (let block: u32 = 0; block < blocks; block++) {
    let a = f32x4.splat(0);
    let b = a;
    const end = dy + ((<usize>pixels) << 5);
    for (; dy < end; dy += 32) {
      a = f32x4.add(a, v128.load(dy));
      b = f32x4.add(b, v128.load(dy, 16));
    }
    addTwo(db, a, b);
    db += 32;
  }
}

/**
 * Multiplies `count` runs of `run` floats by one number each: dropout and, with the same factors, its adjoint.
 * @param factors one float for each run: 0, or 1 / (1 - p)
 */
export function scaleRuns(x: usize, factors: usize, count: u32, run: u32): void {
  if (run == 1) {
    const end = factors + ((<usize>(count & ~3)) << 2);
    for (; factors < end; factors += 16) {
      v128.store(x, f32x4.mul(v128.load(x), v128.load(factors)));
      x += 16;
    }
    count &= 3;
  }
  const end = factors + ((<usize>count) << 2);
  const whole = (<usize>(run & ~3)) << 2;
  for (; factors < end; factors += 4) {
    const factor = v128.load32_splat(factors);
    const vectorsEnd = x + whole;
    for (; x < vectorsEnd; x += 16) v128.store(x, f32x4.mul(v128.load(x), factor));
    for (let i: u32 = run & ~3; i < run; i++) {
      store<f32>(x, load<f32>(x) * f32x4.extract_lane(factor, 0));
      x += 4;
    }
  }
}

/**
 * Adadelta's step over `length` floats (rounded up to a multiple of 4), with grad = gradient + decay · p:
 * v = ρv + (1 − ρ)g²; Δ = √(u + ε) / √(v + ε) · g; u = ρu + (1 − ρ)Δ²; p −= lr · Δ.
 */
export function adadelta(
  p: usize,
  squares: usize,
  deltas: usize,
  gradient: usize,
  length: u32,
  lr: f32,
  rho: f32,
  rest: f32,
  eps: f32,
  decay: f32,
): void {
  const rhos = f32x4.splat(rho);
  const rests = f32x4.splat(rest);
  const epsilons = f32x4.splat(eps);
  const rates = f32x4.splat(-lr);
  const decays = f32x4.splat(decay);
  const end = p + ((<usize>length) << 2);
  for (; p < end; p += 16) {
    const value = v128.load(p);
    const g = multiplyAdd(decays, value, v128.load(gradient));
    const v = multiplyAdd(f32x4.mul(rests, g), g, f32x4.mul(rhos, v128.load(squares)));
    const u = v128.load(deltas);
    const ratio = f32x4.div(f32x4.sqrt(f32x4.add(u, epsilons)), f32x4.sqrt(f32x4.add(v, epsilons)));
    const delta = f32x4.mul(ratio, g);
    v128.store(squares, v);
    v128.store(deltas, multiplyAdd(f32x4.mul(rests, delta), delta, f32x4.mul(rhos, u)));
    v128.store(p, multiplyAdd(rates, delta, value));
    squares += 16;
    deltas += 16;
    gradient += 16;
  }
}
