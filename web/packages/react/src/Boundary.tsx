// What cannot be drawn costs its own place, and nothing around it.
import { Component, type ReactNode } from "react";

export interface BoundaryProps {
  /** What stands there instead. */
  instead: ReactNode;
  /** With another one, it is tried again. */
  of: unknown;
  children: ReactNode;
}

interface State {
  failed: unknown;
  of: unknown;
}

export class Boundary extends Component<BoundaryProps, State> {
  override state: State = { failed: null, of: this.props.of };

  static getDerivedStateFromError(failed: unknown): Partial<State> {
    return { failed: failed ?? true };
  }

  static getDerivedStateFromProps({ of }: BoundaryProps, state: State): Partial<State> | null {
    return of === state.of ? null : { failed: null, of };
  }

  override render(): ReactNode {
    return this.state.failed === null ? this.props.children : this.props.instead;
  }
}
