// A part of the page that is loaded by itself. Where it cannot be, the rest of the page stands: a headline without a chart beats no page.
import { Component, type ReactNode, Suspense } from 'react';
import { type Lang, t } from './lang.ts';

type Props = { readonly lang: Lang; readonly fallback?: ReactNode; readonly children: ReactNode };

export class Part extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    const { lang, fallback, children } = this.props;
    if (!this.state.failed) return <Suspense fallback={fallback ?? null}>{children}</Suspense>;
    return (
      <p className="muted" role="alert">
        {t(lang, 'partFailed')}{' '}
        <button type="button" onClick={() => location.reload()}>
          {t(lang, 'reload')}
        </button>
      </p>
    );
  }
}
