// A lock: only the staff sees this.
import type { ReactNode } from "react";

export function LockIcon(): ReactNode {
  return (
    <svg className="bs-icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9" />
    </svg>
  );
}
