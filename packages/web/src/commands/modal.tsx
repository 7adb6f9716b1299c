import { useSignal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, RefObject } from 'preact';
import { useRef } from 'preact/hooks';

/** A dialog over the page, and whether it is open. */
export interface ModalState {
  readonly dialog: RefObject<HTMLDialogElement>;
  readonly isOpen: ReadonlySignal<boolean>;
  /** The dialog has the focus and all keys when this returns, though what it shows is drawn a moment later. */
  readonly open: () => void;
  readonly onClosed: () => void;
}

/** @param onClosed - Called when it was closed: by Escape, by a click beside it, or by {@link closeModal}. */
export function useModal(onClosed?: () => void): ModalState {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useSignal(false);
  return {
    dialog,
    isOpen,
    open: () => {
      if (dialog.current?.open !== false) return;
      isOpen.value = true;
      dialog.current.showModal();
    },
    onClosed: () => {
      isOpen.value = false;
      onClosed?.();
    },
  };
}

export interface ModalProps {
  readonly state: ModalState;
  /** What it is called. */
  readonly label: string;
  readonly class?: string;
  /** There is no need to make them while it is closed. */
  readonly children: ComponentChildren;
}

/** Shows a dialog. The browser keeps the focus in it, and gives it back. */
export function Modal({ state, label, class: name, children }: ModalProps) {
  return (
    <dialog
      ref={state.dialog}
      class={name === undefined ? 'modal' : `modal ${name}`}
      aria-label={label}
      onClose={state.onClosed}
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
