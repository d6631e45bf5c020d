/**
 * @module
 * The adjoints of a convolution of 3 × 3 with stride 1 and no padding behind 2 × 2 max-pooling: of each window one place
 * has a gradient, so a quarter of the dense work is done. Pictures lie in blocks of 8 channels, `[block][row][column][8]`;
 * input channels fill pairs of blocks. The dense gradient never exists.
 *
 * Weights and their gradient are strips of 12 vectors, 192 bytes: `[pair][ky][output channel][block of pair][kx][8]`.
 */

import { multiplyAdd } from "./tile";

/** Bytes of the strip of one pair of blocks, row of the kernel and output channel. */
const STRIP: usize = 192;

/** An entry of a list: an offset in bytes, and a gradient. */
const ENTRY: usize = 8;

/**
 * Lists, channel by channel, where the gradients of the pooled picture that are not zero came from: entries of 8 bytes,
 * (offset of the window's corner in a block of the input, gradient). Those of channel c lie from `starts[c]` to
 * `starts[c + 1]`.
 * @param dy `[block][height][width][8]`
 * @param places as `poolBlocks` writes them
 * @param rowBytes from one row of a block of the input to the next
 */
export function listByChannel(
  entries: usize,
  starts: usize,
  dy: usize,
  places: usize,
  blocks: u32,
  height: u32,
  width: u32,
  rowBytes: u32,
): void {
  for (let block: u32 = 0; block < blocks; block++) {
    for (let lane: usize = 0; lane < 8; lane++) {
      store<u32>(starts, <u32>entries);
      starts += 4;
      let from = dy + (lane << 2);
      let place = places + lane;
      for (let row: u32 = 0; row < height; row++) {
        let corner = 2 * row * rowBytes;
        for (let column: u32 = 0; column < width; column++) {
          const value = load<f32>(from);
          const at = <u32>load<u8>(place);
          // Written in any case, kept by moving on: a branch here would be mispredicted again and again.
          store<u32>(entries, corner + (at >> 1) * rowBytes + ((at & 1) << 5));
          store<f32>(entries, value, 4);
          entries += (<usize>(value != 0)) << 3;
          corner += 64;
          from += 32;
          place += 8;
        }
      }
    }
    dy += (<usize>(height * width)) << 5;
    places += (<usize>(height * width)) << 3;
  }
  store<u32>(starts, <u32>entries);
}

/**
 * The same gradients place by place: entries of 8 bytes, (offset of the channel's strip, gradient). Place p of window w has
 * those from `starts[4 w + p]` to `starts[4 w + p + 1]`. `scratch` is room for 4 times as many entries as channels, and two.
 */
export function listByPlace(
  entries: usize,
  starts: usize,
  dy: usize,
  places: usize,
  blocks: u32,
  windows: u32,
  scratch: usize,
): void {
  const room = ((<usize>blocks) << 3) * ENTRY + 16;
  for (let window: u32 = 0; window < windows; window++) {
    let p0 = scratch;
    let p1 = p0 + room;
    let p2 = p1 + room;
    let p3 = p2 + room;
    let strip: u32 = 0;
    let from = dy;
    let place = places;
    for (let block: u32 = 0; block < blocks; block++) {
      for (let lane: usize = 0; lane < 8; lane++) {
        const value = load<f32>(from + (lane << 2));
        const at = value != 0 ? <u32>load<u8>(place + lane) : 4;
        const entry = ((<u64>reinterpret<u32>(value)) << 32) | (<u64>strip);
        store<u64>(p0, entry);
        store<u64>(p1, entry);
        store<u64>(p2, entry);
        store<u64>(p3, entry);
        p0 += (<usize>(at == 0)) << 3;
        p1 += (<usize>(at == 1)) << 3;
        p2 += (<usize>(at == 2)) << 3;
        p3 += (<usize>(at == 3)) << 3;
        strip += <u32>STRIP;
      }
      from += (<usize>windows) << 5;
      place += (<usize>windows) << 3;
    }
    entries = appendList(entries, starts, scratch, p0);
    entries = appendList(entries, starts + 4, scratch + room, p1);
    entries = appendList(entries, starts + 8, scratch + 2 * room, p2);
    entries = appendList(entries, starts + 12, scratch + 3 * room, p3);
    starts += 16;
    dy += 32;
    places += 8;
  }
  store<u32>(starts, <u32>entries);
}

/** Copies a list, up to 8 bytes more, and returns where it ends. */
function appendList(entries: usize, start: usize, from: usize, end: usize): usize {
  store<u32>(start, <u32>entries);
  let to = entries;
  for (let at = from; at < end; at += 16) {
    v128.store(to, v128.load(at));
    to += 16;
  }
  return entries + (end - from);
}

/**
 * dw += the gradient of the weights from one image.
 * @param starts of `listByChannel`
 * @param x the input, `pairs` pairs of blocks of `plane` bytes with rows of `rowBytes`
 */
export function addWeightStrips(
  dw: usize,
  starts: usize,
  x: usize,
  pairs: u32,
  plane: usize,
  rowBytes: usize,
  outChannels: u32,
): void {
  for (let pair: u32 = 0; pair < pairs; pair++) {
    for (let channel: u32 = 0; channel < outChannels; channel++) {
      const first = <usize>load<u32>(starts + ((<usize>channel) << 2));
      const last = <usize>load<u32>(starts + ((<usize>channel) << 2), 4);
      if (first == last) continue;
      for (let ky: u32 = 0; ky < 3; ky++) {
        const to = dw + <usize>((3 * pair + ky) * outChannels + channel) * STRIP;
        addWeightStrip(to, first, last, x + <usize>ky * rowBytes, plane);
      }
    }
    x += 2 * plane;
  }
}

function addWeightStrip(dw: usize, entry: usize, last: usize, x: usize, plane: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let i = a;
  let j = a;
  let k = a;
  let l = a;
  do {
    const value = v128.load32_splat(entry, 4);
    const p = x + <usize>load<u32>(entry);
    const q = p + plane;
    a = multiplyAdd(value, v128.load(p), a);
    b = multiplyAdd(value, v128.load(p, 16), b);
    c = multiplyAdd(value, v128.load(p, 32), c);
    d = multiplyAdd(value, v128.load(p, 48), d);
    e = multiplyAdd(value, v128.load(p, 64), e);
    f = multiplyAdd(value, v128.load(p, 80), f);
    g = multiplyAdd(value, v128.load(q), g);
    h = multiplyAdd(value, v128.load(q, 16), h);
    i = multiplyAdd(value, v128.load(q, 32), i);
    j = multiplyAdd(value, v128.load(q, 48), j);
    k = multiplyAdd(value, v128.load(q, 64), k);
    l = multiplyAdd(value, v128.load(q, 80), l);
    entry += ENTRY;
  } while (entry < last);
  addSix(dw, a, b, c, d, e, f);
  addSix(dw + 96, g, h, i, j, k, l);
}

/** Adds six vectors to memory. */
function addSix(to: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128): void {
  v128.store(to, f32x4.add(v128.load(to), a));
  v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), c), 32);
  v128.store(to, f32x4.add(v128.load(to, 48), d), 48);
  v128.store(to, f32x4.add(v128.load(to, 64), e), 64);
  v128.store(to, f32x4.add(v128.load(to, 80), f), 80);
}

/**
 * dx += the gradient of the input of one image.
 * @param starts of `listByPlace`
 * @param weights as strips; 12 KB of a row of the kernel and a pair of blocks stay in the L1 cache (64 channels)
 */
export function addInputStrips(
  dx: usize,
  starts: usize,
  weights: usize,
  pairs: u32,
  plane: usize,
  rowBytes: usize,
  outChannels: u32,
  height: u32,
  width: u32,
): void {
  for (let pair: u32 = 0; pair < pairs; pair++) {
    for (let ky: u32 = 0; ky < 3; ky++) {
      const strips = weights + <usize>((3 * pair + ky) * outChannels) * STRIP;
      let list = starts;
      for (let row: u32 = 0; row < height; row++) {
        let to = dx + <usize>(2 * row + ky) * rowBytes;
        for (let column: u32 = 0; column < width; column++) {
          addInputStrip(to, load<u32>(list), load<u32>(list, 4), strips, plane);
          addInputStrip(to + 32, load<u32>(list, 4), load<u32>(list, 8), strips, plane);
          addInputStrip(to + rowBytes, load<u32>(list, 8), load<u32>(list, 12), strips, plane);
          addInputStrip(to + rowBytes + 32, load<u32>(list, 12), load<u32>(list, 16), strips, plane);
          to += 64;
          list += 16;
        }
      }
    }
    dx += 2 * plane;
  }
}

function addInputStrip(dx: usize, entry: usize, last: usize, strips: usize, plane: usize): void {
  if (entry == last) return;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let i = a;
  let j = a;
  let k = a;
  let l = a;
  do {
    const value = v128.load32_splat(entry, 4);
    const w = strips + <usize>load<u32>(entry);
    a = multiplyAdd(value, v128.load(w), a);
    b = multiplyAdd(value, v128.load(w, 16), b);
    c = multiplyAdd(value, v128.load(w, 32), c);
    d = multiplyAdd(value, v128.load(w, 48), d);
    e = multiplyAdd(value, v128.load(w, 64), e);
    f = multiplyAdd(value, v128.load(w, 80), f);
    g = multiplyAdd(value, v128.load(w, 96), g);
    h = multiplyAdd(value, v128.load(w, 112), h);
    i = multiplyAdd(value, v128.load(w, 128), i);
    j = multiplyAdd(value, v128.load(w, 144), j);
    k = multiplyAdd(value, v128.load(w, 160), k);
    l = multiplyAdd(value, v128.load(w, 176), l);
    entry += ENTRY;
  } while (entry < last);
  addSix(dx, a, b, c, d, e, f);
  addSix(dx + plane, g, h, i, j, k, l);
}

/**
 * Moves weights between their own order `[outChannels][inChannels][3][3]` and strips, whose channels are `stripChannels`
 * (outChannels filled up to whole blocks, with zeros).
 * @param back 0: `strips` from `weights`; 1: the other way
 */
export function orderStrips(
  strips: usize,
  weights: usize,
  outChannels: u32,
  stripChannels: u32,
  inChannels: u32,
  back: u32,
): void {
  if (!back) memory.fill(strips, 0, (<usize>(stripChannels * inChannels * 9)) << 2);
  for (let channel: u32 = 0; channel < outChannels; channel++) {
    for (let input: u32 = 0; input < inChannels; input++) {
      for (let ky: u32 = 0; ky < 3; ky++) {
        const strip = (3 * (input >> 4) + ky) * stripChannels + channel;
        let at = strips + <usize>strip * STRIP + <usize>((input >> 3) & 1) * 96 + ((<usize>(input & 7)) << 2);
        for (let kx: u32 = 0; kx < 3; kx++) {
          if (back) store<f32>(weights, load<f32>(at));
          else store<f32>(at, load<f32>(weights));
          weights += 4;
          at += 32;
        }
      }
    }
  }
}
