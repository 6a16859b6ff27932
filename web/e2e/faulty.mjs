// A proxy that fails as it is told: it cuts connections, delays them, lets them fall silent, sends requests and the frames
// of sockets twice, and lets one connection overtake another.
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
  /** The share of requests, and of a socket's frames, that arrive twice: the answer to a second request is nobody's. */
  twice = 0;
  /** No socket comes through. */
  isBlocked = false;
  /** Nothing comes through of a stream of events. */
  holdsStreams = false;
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

  /** Those of them that are sockets. */
  get sockets() {
    return [...this.#pairs].filter(({ isSocket }) => isSocket).length;
  }

  /** Cuts what stands, in the middle of whatever is under way. */
  cut() {
    this.#count("cut");
    for (const pair of [...this.#pairs]) this.#cut(pair);
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
    const pair = { client, server, isSilent: false, isSocket: false, isHeld: false };
    this.#pairs.add(pair);
    for (const one of [client, server]) {
      one.on("error", () => this.#part(pair));
      one.setNoDelay(true);
    }
    this.#carry(pair, client, server, true);
    this.#carry(pair, server, client, false);
  }

  #cut(pair) {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.destroy();
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
    const frames = new Frames();
    const carry = (piece) => {
      const now = Date.now();
      free = Math.max(free, now + this.#random() * this.slowest);
      if (free > now) this.#count("delay");
      setTimeout(() => {
        if (!pair.isSilent && !to.destroyed) to.write(piece);
      }, free - now);
    };
    from.on("data", (piece) => {
      if (isUp && isUpgrade(piece)) {
        if (this.isBlocked) {
          this.#cut(pair);
          return;
        }
        pair.isSocket = true;
      }
      if (!isUp && this.holdsStreams && isStream(piece)) pair.isHeld = true;
      if (pair.isHeld && !isUp) return;
      if (pair.isSocket) {
        for (const { bytes, isText } of frames.of(piece)) {
          carry(bytes);
          if (isText && this.#isTwice()) carry(bytes);
        }
      } else {
        if (isUp) this.#again(piece);
        carry(piece);
      }
    });
    // What was said before the end is still heard.
    from.on("close", () => {
      setTimeout(() => to.end(() => this.#part(pair)), Math.max(0, free - Date.now()) + 1);
    });
  }

  #isTwice() {
    const is = this.#random() < this.twice;
    if (is) this.#count("twice");
    return is;
  }

  /** A request that somebody on the way repeats. */
  #again(piece) {
    const isRequest = /^(POST|PUT|PATCH|DELETE) /.test(headOf(piece));
    if (!isRequest || !this.#isTwice()) return;
    const other = connect(this.#target, "127.0.0.1");
    other.on("error", () => {});
    other.end(piece);
    other.resume();
  }

  #count(what) {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}

const headOf = (piece) => piece.subarray(0, 2_000).toString("latin1");

const isUpgrade = (piece) => /^upgrade: *websocket/im.test(headOf(piece));

const isStream = (piece) => /^content-type: *text\/event-stream/im.test(headOf(piece));

/** One direction of a socket (RFC 6455): its handshake, and then whole frames. */
class Frames {
  #left = Buffer.alloc(0);
  #isOpen = false;

  /** What is whole by now. */
  of(piece) {
    this.#left = Buffer.concat([this.#left, piece]);
    const whole = [];
    for (let length = this.#next(); length > 0; length = this.#next()) {
      const bytes = this.#left.subarray(0, length);
      whole.push({ bytes, isText: this.#isOpen && bytes[0] === 0x81 });
      this.#left = this.#left.subarray(length);
      this.#isOpen = true;
    }
    return whole;
  }

  /** How long the next one is; 0 while that is not here. */
  #next() {
    const left = this.#left;
    if (!this.#isOpen) return left.includes("\r\n\r\n") ? left.indexOf("\r\n\r\n") + 4 : 0;
    if (left.length < 2) return 0;
    const short = left[1] & 0x7f;
    const more = { 126: 2, 127: 8 }[short] ?? 0;
    if (left.length < 2 + more) return 0;
    const told = more === 0 ? short : Number(`0x${left.toString("hex", 2, 2 + more)}`);
    const length = 2 + more + (left[1] & 0x80 ? 4 : 0) + told;
    return left.length >= length ? length : 0;
  }
}
