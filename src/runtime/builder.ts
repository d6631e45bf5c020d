/**
 * @module
 * What the lowerings of operations write into: the steps of a plan and the buffers between them.
 */

import type { Tensor } from "../tensor/tensor.ts";
import { Layout } from "./layout.ts";
import type { Machine } from "./machine.ts";
import { blockFloats, blocksOf, imagePitch, planeFloats } from "./place.ts";
import type { BlockShape, Place } from "./place.ts";
import type { Weights } from "./weights.ts";

/** One kernel call, or a few that belong together. */
export interface Step {
  /** For people: the operation and what it runs on. */
  readonly name: string;
  /** Multiplications and additions; 0 for what only moves data. */
  readonly flops: number;
  /** @param base address of the scratch, to which all offsets of buffers are added */
  run(base: number): void;
}

/** The form of a buffer. */
export type Form = "plain" | "blocks";

/** A plan in the making. */
export class Builder {
  readonly machine: Machine;
  readonly weights: Weights;
  readonly layout = new Layout();
  readonly forward: Step[] = [];
  readonly backward: Step[] = [];
  /** Whether gradients will be asked for. Buffers are then kept, and arithmetic is what ties of max-pooling need. */
  readonly differentiable: boolean;
  readonly #places = new Map<Tensor, Place>();
  readonly #adjoints: (() => void)[] = [];
  #steps = this.forward;

  constructor(machine: Machine, weights: Weights, differentiable: boolean) {
    this.machine = machine;
    this.weights = weights;
    this.differentiable = differentiable;
  }

  /** Appends a step to the pass that is being written. */
  step(name: string, flops: number, run: (base: number) => void): void {
    this.#steps.push({ name, flops, run });
  }

  /** Registers what writes the adjoint's steps of the call whose forward steps were just written. */
  adjoint(write: () => void): void {
    if (this.differentiable) this.#adjoints.push(write);
  }

  /** Writes the backward pass: all registered adjoints, the last one first. */
  writeBackward(): void {
    this.#steps = this.backward;
    for (const write of this.#adjoints.reverse()) write();
  }

  /** Where a tensor of the traced function lies, or null for one that no earlier step computes: a constant. */
  placeOf(tensor: Tensor): Place | null {
    return this.#places.get(tensor) ?? null;
  }

  /** Gives a tensor a place. */
  setPlace(tensor: Tensor, place: Place): void {
    this.#places.set(tensor, place);
  }

  /** Says that a call has read `place`: after the last reader its buffers are given out again, unless gradients need them. */
  doneReading(place: Place): void {
    place.readers--;
    if (this.differentiable || place.readers > 0) return;
    for (const offset of [place.value.plain, place.value.blocks]) {
      if (offset !== null) this.layout.release(offset);
    }
  }

  /** A buffer for a value in one form; its contents are to be written by the next step. */
  define(place: Place, form: Form, picture: BlockShape | null = place.picture): number {
    const offset = this.layout.take(form === "plain" ? place.count : blockFloats(pictureOf(picture)));
    place.value[form] = offset;
    return offset;
  }

  /** Offset of a value in the form wanted, converted where it exists in the other only. */
  read(place: Place, form: Form): number {
    const there = place.value[form];
    if (there !== null) return there;
    const offset = this.define(place, form);
    this.#convert(place, form, other(place.value, form), offset);
    return offset;
  }

  /** Offset of a value's gradient in the form wanted, or null when no step has contributed to it. */
  readGradient(place: Place, form: Form): number | null {
    const { gradient } = place;
    const rest = gradient[form === "plain" ? "blocks" : "plain"];
    const there = gradient[form];
    if (rest === null) return there;
    const offset = this.#takeForm(place, form);
    this.#convert(place, form, rest, offset);
    if (there !== null)
      this.#add(offset, there, form === "plain" ? place.count : blockFloats(pictureOf(place.picture)));
    gradient.plain = null;
    gradient.blocks = null;
    gradient[form] = offset;
    return offset;
  }

  /**
   * Offset of a buffer to add a gradient to. `fresh` says that nobody wrote it yet; it then has unknown contents and is to
   * be overwritten, or cleared first.
   */
  addGradient(place: Place, form: Form): { readonly offset: number; readonly fresh: boolean } {
    const there = place.gradient[form];
    if (there !== null) return { offset: there, fresh: false };
    const offset = this.#takeForm(place, form);
    place.gradient[form] = offset;
    return { offset, fresh: true };
  }

  /** A step that sets a buffer to zero. */
  clear(offset: number, count: number): void {
    const { machine } = this;
    this.step("clear", 0, (base) => {
      machine.floats.fill(0, (base + offset) >>> 2, ((base + offset) >>> 2) + count);
    });
  }

  #takeForm(place: Place, form: Form): number {
    return this.layout.take(form === "plain" ? place.count : blockFloats(pictureOf(place.picture)));
  }

  #add(to: number, from: number, count: number): void {
    const { code } = this.machine;
    this.step("add", count, (base) => code.add(base + to, base + to, base + from, count));
  }

  #convert(place: Place, form: Form, from: number, to: number): void {
    const picture = pictureOf(place.picture);
    if (form === "blocks") this.#toBlocks(picture, from, to);
    else this.#toPlain(picture, from, to);
  }

  #toBlocks(picture: BlockShape, from: number, to: number): void {
    const { code } = this.machine;
    const { images, channels, height, width } = picture;
    const size = 4 * channels * height * width;
    const pitch = imagePitch(picture);
    this.step("to blocks", 0, (base) => {
      for (let n = 0; n < images; n++) {
        const source = base + from + n * size;
        code.packPixels(base + to + n * pitch, source, channels, height, width, 8, 0, height, 0, width);
      }
    });
  }

  #toPlain(picture: BlockShape, from: number, to: number): void {
    const { code } = this.machine;
    const { images, channels, height, width } = picture;
    const pixels = height * width;
    const pitch = imagePitch(picture);
    const blockBytes = 4 * planeFloats(picture);
    this.step("to plain", 0, (base) => {
      for (let n = 0; n < images; n++) {
        for (let block = 0; block < blocksOf(channels); block++) {
          const source = base + from + n * pitch + block * blockBytes;
          const target = base + to + 4 * (n * channels + 8 * block) * pixels;
          code.transpose(target, pixels, source, 8, pixels, Math.min(8, channels - 8 * block));
        }
      }
    });
  }
}

function other(forms: { plain: number | null; blocks: number | null }, form: Form): number {
  const offset = form === "plain" ? forms.blocks : forms.plain;
  if (offset === null) throw new Error("a plan reads a value that no step computes");
  return offset;
}

function pictureOf(picture: BlockShape | null): BlockShape {
  if (picture === null) throw new Error("a plan wants blocks of a value that is no picture");
  return picture;
}
