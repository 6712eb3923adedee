import {useState} from 'preact/hooks';
import {t} from '../i18n';
import {CopyButton, IconButton} from '../ui';

/** A token to copy. `hidden`: dots until somebody wants to see it, for one that is shown again and again. */
export function TokenBox({ token, label, hidden }: { token: string; label: string; hidden?: boolean }) {
  const [shown, setShown] = useState(!hidden);
  return (
    <div class="token">
      <code class="token-text" aria-label={label}>
        {shown ? token : '•'.repeat(Math.min(token.length, 15))}
      </code>
      {hidden ? (
        <IconButton icon={shown ? 'eye-off' : 'eye'} label={shown ? t('pages.token_hide') : t('pages.token_show')} onClick={() => setShown(!shown)} />
      ) : null}
      <CopyButton text={token} label={t('pages.token_copy')} />
    </div>
  );
}

/** Text to copy as a whole: a program, an address. */
export function CodeBox({ text, label }: { text: string; label: string }) {
  return (
    <div class="code-box">
      <pre class="code" tabIndex={0} role="group" aria-label={label}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} />
    </div>
  );
}
