/**
 * @module
 * The workers of one model: as many as wanted, each started again when it dies.
 */

import { WorkerDied } from "./worker-thread.ts";
import type { WorkerThread } from "./worker-thread.ts";
import type { ModelInfo } from "./job.ts";

/** Milliseconds before the first, second, third, ... start again, the last one repeated; TorchServe's Fibonacci numbers. */
export const BACK_OFF_MS: readonly number[] = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55].map((s) => s * 1000);

/** How a crew gets its workers, and whom it tells. */
export interface CrewOptions {
  /** Starts the thread of the worker with this id. */
  readonly start: (id: string) => WorkerThread;
  readonly backOffMs: readonly number[];
  /** A worker that could not be brought back for so many milliseconds is given up; `maxRetryTimeoutInSec`. */
  readonly retryWindowMs: number;
  /** A worker can take a batch. */
  readonly onIdle: () => void;
  readonly onReady: (thread: WorkerThread, info: ModelInfo) => void;
  /** `restartMs` is null when the worker was given up. */
  readonly onLost: (id: string, error: unknown, restartMs: number | null) => void;
}

/** `waiting` is the time of back-off; a member that is leaving ends with its batch. */
type MemberState = "starting" | "idle" | "busy" | "waiting" | "leaving";

class Member {
  readonly id: string;
  state: MemberState = "starting";
  thread: WorkerThread | null = null;
  /** Ends since the last batch that went well. */
  failures = 0;
  /** When it first failed since then. */
  failingSince = 0;
  timer: NodeJS.Timeout | null = null;
  readonly firstStart: Promise<void>;
  started: () => void = () => undefined;
  failed: (reason: unknown) => void = () => undefined;

  constructor(id: string) {
    this.id = id;
    this.firstStart = new Promise((resolve, reject) => {
      this.started = resolve;
      this.failed = reject;
    });
    this.firstStart.catch(() => undefined);
  }
}

/** How one worker is doing. */
export interface MemberStatus {
  readonly id: string;
  readonly ready: boolean;
  readonly startedAt: Date;
  readonly memory: number;
}

/** Keeps a number of workers alive. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #members: Member[] = [];
  readonly #leaving = new Set<Member>();
  #nextId = 9000;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** How many workers there are to be. */
  get size(): number {
    return this.#members.length;
  }

  /** How many have their model loaded. */
  get ready(): number {
    return this.#members.filter(isReady).length;
  }

  /** Whether no worker has failed since its last batch, or since its start. */
  get sound(): boolean {
    return this.#members.every(({ failures }) => failures === 0);
  }

  /** Workers as they are listed. */
  statuses(): MemberStatus[] {
    return this.#members.map((member) => ({
      id: member.id,
      ready: isReady(member),
      startedAt: member.thread?.startedAt ?? new Date(),
      memory: member.thread?.memory ?? 0,
    }));
  }

  /**
   * Changes the number of workers. Those that are too many end when their batch does.
   * @returns when the new ones are ready
   * @throws what prevented a new one from loading its model; it goes on trying until the number is changed again
   */
  async scale(count: number): Promise<void> {
    while (this.#members.length > count) this.#dismiss();
    const added: Member[] = [];
    while (this.#members.length < count) {
      const member = new Member(String(this.#nextId++));
      this.#members.push(member);
      added.push(member);
      this.#start(member);
    }
    await Promise.all(added.map(({ firstStart }) => firstStart));
  }

  /** A worker without a batch, which is busy from now on. */
  take(): WorkerThread | null {
    const member = this.#members.find(({ state }) => state === "idle");
    if (member === undefined) return null;
    member.state = "busy";
    return member.thread;
  }

  /** Takes a worker back whose batch has ended well. */
  giveBack(thread: WorkerThread): void {
    for (const member of this.#leaving) if (member.thread === thread) void this.#end(member);
    const member = this.#members.find((one) => one.thread === thread);
    if (member === undefined || member.state !== "busy") return;
    member.failures = 0;
    member.state = "idle";
    this.#options.onIdle();
  }

  /** Ends all workers at once. */
  async close(): Promise<void> {
    const all = [...this.#members.splice(0), ...this.#leaving];
    await Promise.all(all.map((member) => this.#end(member)));
  }

  /** Idle ones go first, then those that are not there yet. */
  #dismiss(): void {
    const order: readonly MemberState[] = ["waiting", "starting", "idle", "busy"];
    const [member] = [...this.#members].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    this.#members.splice(this.#members.indexOf(member), 1);
    if (member.state === "busy") this.#leaving.add(member);
    else void this.#end(member);
    member.failed(new WorkerDied("stopped", `worker ${member.id} was not needed any more`));
  }

  #start(member: Member): void {
    const thread = this.#options.start(member.id);
    let reason: unknown = null;
    member.thread = thread;
    member.state = "starting";
    thread.ready.then(
      (info) => {
        if (member.thread !== thread || member.state !== "starting") return;
        member.state = "idle";
        member.started();
        this.#options.onReady(thread, info);
        this.#options.onIdle();
      },
      (error: unknown) => {
        reason = error;
        void thread.stop();
      },
    );
    void thread.ended.then(() => this.#lost(member, reason ?? thread.death()));
  }

  #lost(member: Member, reason: unknown): void {
    member.failed(reason);
    this.#leaving.delete(member);
    if (!this.#members.includes(member)) return;
    const { backOffMs, retryWindowMs, onLost } = this.#options;
    const now = Date.now();
    if (member.failures++ === 0) member.failingSince = now;
    if (now - member.failingSince > retryWindowMs) {
      this.#members.splice(this.#members.indexOf(member), 1);
      onLost(member.id, reason, null);
      return;
    }
    const delay = backOffMs[Math.min(member.failures, backOffMs.length) - 1] ?? 0;
    member.state = "waiting";
    onLost(member.id, reason, delay);
    member.timer = setTimeout(() => this.#start(member), delay);
  }

  async #end(member: Member): Promise<void> {
    this.#leaving.delete(member);
    member.state = "leaving";
    if (member.timer !== null) clearTimeout(member.timer);
    await member.thread?.stop();
  }
}

function isReady({ state }: Member): boolean {
  return state === "idle" || state === "busy";
}
