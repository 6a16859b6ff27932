// A sample of a host's order page: all that it needs for a chat is one button.
import { OrderChatButton, useWords } from "@beseda/react";
import type { ReactNode } from "react";
import { usePageWords } from "./words.ts";

export function OrderPage({ order }: { order: string }): ReactNode {
  const words = usePageWords();
  const kit = useWords();
  return (
    <main className="page-order">
      <section className="order-card">
        <h1>{kit.order(order)}</h1>
        <p>{words.orderHint}</p>
        <OrderChatButton orderId={order} />
      </section>
    </main>
  );
}
