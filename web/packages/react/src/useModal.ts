// A dialog that is modal as long as it stands, and gives the focus back to whoever opened it.
import { type RefObject, useLayoutEffect } from "react";

export function useModal(dialog: RefObject<HTMLDialogElement | null>): void {
  // Closed while it is still in the document: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, [dialog]);
}
