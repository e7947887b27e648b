interface Place<Value> {
  readonly value: Value;
  next: Place<Value> | undefined;
}

/**
 * First come, first served. Joining and leaving take the same short time however many wait: an array
 * moves all that are left each time that its first one leaves.
 */
export class WaitingLine<Value> {
  #first: Place<Value> | undefined;
  #last: Place<Value> | undefined;

  join(value: Value): void {
    const place = { value, next: undefined };
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
  }

  /** Takes the first one out; `undefined` with none. */
  take(): Value | undefined {
    const first = this.#first;
    this.#first = first?.next;
    if (this.#first === undefined) this.#last = undefined;
    return first?.value;
  }
}
