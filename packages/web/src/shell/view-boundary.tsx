import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import { Notice } from './notice.tsx';

export interface ViewBoundaryProps {
  readonly children: ComponentChildren;
}

interface ViewBoundaryState {
  readonly fault: Error | undefined;
}

/** Keeps a fault in one view from taking the page with it. */
export class ViewBoundary extends Component<ViewBoundaryProps, ViewBoundaryState> {
  override state: ViewBoundaryState = { fault: undefined };

  override componentDidCatch(fault: unknown): void {
    console.error(fault);
    this.setState({ fault: fault instanceof Error ? fault : new Error(JSON.stringify(fault)) });
  }

  override render({ children }: ViewBoundaryProps, { fault }: ViewBoundaryState) {
    if (fault === undefined) return children;
    return (
      <Notice
        isView
        kind="error"
        title="This view has failed"
        onRetry={() => this.setState({ fault: undefined })}
      >
        That is a fault of this page: {fault.message}
      </Notice>
    );
  }
}
