/**
 * @module
 * A walk over the children of one node of the parser's tree.
 */

import type { SyntaxNode } from "@lezer/common";

/** The children of a node from left to right, without comments, and a position among them. */
export class NodeList {
  readonly #nodes: readonly SyntaxNode[];
  #position = 0;

  constructor(parent: SyntaxNode) {
    const nodes: SyntaxNode[] = [];
    for (let child = parent.firstChild; child !== null; child = child.nextSibling) {
      if (child.name !== "Comment") nodes.push(child);
    }
    this.#nodes = nodes;
  }

  /** The next child's name, "" at the end. */
  get name(): string {
    return this.#nodes[this.#position]?.name ?? "";
  }

  get done(): boolean {
    return this.#position >= this.#nodes.length;
  }

  /** Whether some child, read already or not, has this name. */
  has(name: string): boolean {
    return this.#nodes.some((node) => node.name === name);
  }

  /** Takes the next child; null at the end. */
  next(): SyntaxNode | null {
    const node = this.#nodes[this.#position] ?? null;
    this.#position += 1;
    return node;
  }

  /** Takes the next child if it has that name. */
  take(name: string): SyntaxNode | null {
    return this.name === name ? this.next() : null;
  }
}
