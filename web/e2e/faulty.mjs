// A proxy that fails as it is told: it cuts connections, delays them, lets them fall silent, sends requests twice, and
// lets one connection overtake another.
import { connect, createServer } from "node:net";

/** Before the server at `port`. `random` decides, so that a run can be had again. */
export async function openFaulty(port, random = Math.random) {
  const proxy = new Faulty(port, random);
  await proxy.open();
  return proxy;
}

class Faulty {
  #target;
  #random;
  #server;
  /** Both ends of every connection that stands. */
  #pairs = new Set();
  /** Every piece of a connection waits up to this long, in milliseconds; its pieces keep their order. */
  slowest = 0;
  /** The share of requests that arrive twice: the answer to the second is nobody's. */
  twice = 0;
  /** New connections are cut at once. */
  isDown = false;
  /** What it has done, by name. */
  done = {};

  constructor(port, random) {
    this.#target = port;
    this.#random = random;
  }

  async open() {
    this.#server = createServer((client) => this.#join(client));
    await new Promise((done) => this.#server.listen(0, "127.0.0.1", done));
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  get connections() {
    return this.#pairs.size;
  }

  /** Cuts what stands, in the middle of whatever is under way. */
  cut() {
    this.#count("cut");
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  /** Nothing of what stands goes through any more, and neither end is told. */
  silence() {
    this.#count("silence");
    for (const pair of this.#pairs) pair.isSilent = true;
  }

  async end() {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }

  #join(client) {
    if (this.isDown) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.#target, "127.0.0.1");
    const pair = { client, server, isSilent: false };
    this.#pairs.add(pair);
    for (const one of [client, server]) {
      one.on("error", () => this.#part(pair));
      one.setNoDelay(true);
    }
    this.#carry(pair, client, server, true);
    this.#carry(pair, server, client, false);
  }

  /** Neither end has the other any more. */
  #part(pair) {
    this.#pairs.delete(pair);
    if (pair.isSilent) return;
    pair.client.destroy();
    pair.server.destroy();
  }

  /** Each direction keeps its order; one connection may well be faster than another. */
  #carry(pair, from, to, isUp) {
    let free = 0;
    from.on("data", (piece) => {
      if (isUp) this.#again(piece);
      const now = Date.now();
      free = Math.max(free, now + this.#random() * this.slowest);
      if (free > now) this.#count("delay");
      setTimeout(() => {
        if (!pair.isSilent && !to.destroyed) to.write(piece);
      }, free - now);
    });
    // What was said before the end is still heard.
    from.on("close", () => {
      setTimeout(() => to.end(() => this.#part(pair)), Math.max(0, free - Date.now()) + 1);
    });
  }

  /** A request that somebody on the way repeats. What opens a socket is none. */
  #again(piece) {
    const head = piece.subarray(0, 2_000).toString("latin1");
    const isRequest = /^(POST|PUT|PATCH|DELETE) /.test(head) && !/^upgrade:/im.test(head);
    if (!isRequest || this.#random() >= this.twice) return;
    this.#count("twice");
    const other = connect(this.#target, "127.0.0.1");
    other.on("error", () => {});
    other.end(piece);
    other.resume();
  }

  #count(what) {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}
