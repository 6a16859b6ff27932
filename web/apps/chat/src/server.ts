// Where the server is, as this page's own address tells: the page is `chat` of it, whatever proxies have put before that.

/** The server's address without a slash at its end: `https://shop.example`, or `https://shop.example/chat-api`. */
export function serverOf(page: string): string {
  const { origin, pathname } = new URL(page);
  return origin + pathname.replace(/(\/chat)?\/?$/, "");
}
