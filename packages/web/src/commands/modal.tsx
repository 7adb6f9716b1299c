import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface ModalProps {
  /** What it is called. */
  readonly label: string;
  readonly class?: string;
  /** It was closed: by Escape, by a click beside it, or by {@link closeModal}. */
  readonly onClosed: () => void;
  readonly children: ComponentChildren;
}

/** A dialog over the page, open as long as it is there. The browser keeps the focus in it, and gives it back. */
export function Modal({ label, class: name, onClosed, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Taken away while it is open, it would take the focus with it.
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name === undefined ? 'modal' : `modal ${name}`}
      aria-label={label}
      onClose={onClosed}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <div class="modal-body">{children}</div>
    </dialog>
  );
}

/** Closes the dialog that an element is in. The focus is back where it was when this returns. */
export function closeModal(element: Element): void {
  element.closest('dialog')?.close();
}
