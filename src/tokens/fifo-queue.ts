interface Place<Value> {
  readonly value: Value;
  next: Place<Value> | undefined;
}

/**
 * A queue whose operations take constant time. (Removing the first element of an array moves all
 * others.)
 */
export class FifoQueue<Value> {
  #first: Place<Value> | undefined;
  #last: Place<Value> | undefined;

  join(value: Value): void {
    const place = { value, next: undefined };
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
  }

  /** Removes and returns the first value; `undefined` if there is none. */
  take(): Value | undefined {
    const first = this.#first;
    this.#first = first?.next;
    if (this.#first === undefined) this.#last = undefined;
    return first?.value;
  }
}
