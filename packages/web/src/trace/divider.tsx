import type { TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';

export interface DividerProps {
  /** What it makes wider: `Width of the names`. */
  readonly label: string;
  readonly sizePx: number;
  readonly minPx: number;
  readonly maxPx: number;
  /** On which side of it lies what it makes wider. */
  readonly side: 'left' | 'right';
  readonly onSize: (sizePx: number) => void;
  /** What a double-click or the Enter key goes back to. */
  readonly onReset: () => void;
}

const KEY_STEP_PX = 16;

/** A line between two parts of the page that can be dragged, or moved with the arrow keys. */
export function Divider({ label, sizePx, minPx, maxPx, side, onSize, onReset }: DividerProps) {
  const most = Math.max(minPx, maxPx);
  // Several keys may come before the page is drawn again.
  const current = useRef(sizePx);
  current.current = sizePx;
  const resize = (wantedPx: number): void => {
    current.current = Math.max(minPx, Math.min(most, wantedPx));
    onSize(current.current);
  };
  const sign = side === 'left' ? 1 : -1;
  const startDrag = (down: TargetedPointerEvent<HTMLDivElement>): void => {
    if (down.button !== 0) return;
    down.preventDefault();
    const element = down.currentTarget;
    element.focus();
    element.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => resize(sizePx + sign * (event.clientX - down.clientX));
    const stop = (): void => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    switch (event.key) {
      case 'ArrowLeft':
        resize(current.current - sign * KEY_STEP_PX);
        break;
      case 'ArrowRight':
        resize(current.current + sign * KEY_STEP_PX);
        break;
      case 'Home':
        resize(minPx);
        break;
      case 'End':
        resize(most);
        break;
      case 'Enter':
        onReset();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div
      class="divider"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={Math.round(minPx)}
      aria-valuemax={Math.round(most)}
      aria-valuenow={Math.round(sizePx)}
      title="Drag, or use the arrow keys; double-click for the usual width"
      onPointerDown={startDrag}
      onDblClick={onReset}
      onKeyDown={onKeyDown}
    />
  );
}
