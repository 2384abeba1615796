/** Lets at most `size` actions run at a time; the others wait in order. */
export class Limit {
  #free;
  #waiting = [];

  constructor(size) {
    this.#free = size;
  }

  async run(action) {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
