// Components that come when they are needed.
import type { JSX } from "preact";
import { useEffect, useReducer } from "preact/hooks";

type Component<P> = (props: P) => JSX.Element | null;

/** What could not be had is asked for again after so many milliseconds. */
const AGAIN = 3_000;

/** `Before` stands in its place until then. */
export function later<P extends object>(
  load: () => Promise<Component<P>>,
  Before: () => JSX.Element | null,
): (props: P) => JSX.Element {
  let there: Component<P> | null = null;
  return function Later(props) {
    const [, draw] = useReducer<number, void>((times) => times + 1, 0);
    useEffect(() => {
      if (there) return;
      let timer: ReturnType<typeof setTimeout>;
      const came = (component: Component<P>) => {
        there = component;
        draw();
      };
      const ask = () => {
        load().then(came, () => {
          timer = setTimeout(ask, AGAIN);
        });
      };
      ask();
      return () => clearTimeout(timer);
    }, []);
    const Shown = there;
    return Shown ? <Shown {...props} /> : <Before />;
  };
}
