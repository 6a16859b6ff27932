// Where the server is, as a page's own address tells: the page is `/chat` or `/admin/chat` of it, whatever proxies have put before that.

/** The server's address without a slash at its end: `https://shop.example`, or `https://shop.example/chat-api`. */
export function serverOf(page: string, at: "/chat" | "/admin/chat"): string {
  const { origin, pathname } = new URL(page);
  const here = pathname.replace(/\/$/, "");
  return origin + (here.endsWith(at) ? here.slice(0, -at.length) : here);
}
