// Writes: who one is and by what right is asked once a session, in a dialog; the token stays in this tab.
import { useEffect, useRef, useState } from 'react';
import { create } from 'zustand';
import { type Lang, t } from './lang.ts';

type Draft = { readonly path: string; readonly title: string; readonly withNote: boolean };
type Ask = { draft: Draft | undefined; outcome: { readonly ok: boolean; readonly text: string } | undefined };
const useAsk = create<Ask>(() => ({ draft: undefined, outcome: undefined }));

/** Begins a write: at once where the session knows the token, else after asking for it. */
export const ask = (lang: Lang, draft: Draft): void => {
  useAsk.setState({ outcome: undefined });
  const [token, by] = [sessionStorage.getItem('token'), localStorage.getItem('by')];
  if (token === null || by === null || draft.withNote) useAsk.setState({ draft });
  else void send(lang, draft.path, token, { by });
};

const send = async (lang: Lang, path: string, token: string, body: Readonly<Record<string, string>>): Promise<void> => {
  const response = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: unknown) => String(error));
  if (typeof response === 'string') return useAsk.setState({ outcome: { ok: false, text: response } });
  if (response.ok) {
    sessionStorage.setItem('token', token);
    return useAsk.setState({ draft: undefined, outcome: { ok: true, text: t(lang, 'sent') } });
  }
  if (response.status === 401) sessionStorage.removeItem('token');
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  useAsk.setState({ outcome: { ok: false, text: detail ?? `${response.status}` } });
};

/** The dialog and what became of the last write; stands once on the page. */
export const AskDialog = ({ lang }: { readonly lang: Lang }) => {
  const { draft, outcome } = useAsk();
  const box = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState(sessionStorage.getItem('token') ?? '');
  const [by, setBy] = useState(localStorage.getItem('by') ?? '');
  const [note, setNote] = useState('');
  useEffect(() => {
    if (draft === undefined) box.current?.close();
    else box.current?.showModal();
  }, [draft]);
  return (
    <>
      {outcome !== undefined && draft === undefined && (
        <p className={`toast ${outcome.ok ? 'ok' : 'bad'}`} role="status">
          {outcome.text}
        </p>
      )}
      <dialog ref={box} onClose={() => useAsk.setState({ draft: undefined })} aria-labelledby="ask-title">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (draft === undefined) return;
            localStorage.setItem('by', by);
            void send(lang, draft.path, token, { by, ...(draft.withNote ? { note } : {}) }).then(() => setNote(''));
          }}
        >
          <h2 id="ask-title">{draft?.title}</h2>
          {draft?.withNote && (
            <label>
              {t(lang, 'note')}
              <textarea required maxLength={4_096} rows={3} value={note} onChange={(e) => setNote(e.target.value)} />
            </label>
          )}
          <label>
            {t(lang, 'you')}
            <input required maxLength={256} value={by} autoComplete="name" onChange={(e) => setBy(e.target.value)} />
          </label>
          <label>
            {t(lang, 'token')}
            <input
              required
              type="password"
              value={token}
              autoComplete="off"
              onChange={(e) => setToken(e.target.value)}
            />
            <small>{t(lang, 'tokenWhere')}</small>
          </label>
          {outcome?.ok === false && <p role="alert">{outcome.text}</p>}
          <div className="buttons">
            <button type="submit" className="primary">
              {t(lang, 'send')}
            </button>
            <button type="button" onClick={() => useAsk.setState({ draft: undefined })}>
              {t(lang, 'cancel')}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
};
