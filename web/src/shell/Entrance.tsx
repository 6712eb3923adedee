import type {ComponentChildren} from 'preact';
import {useLayoutEffect} from 'preact/hooks';
import {t} from '../i18n';
import {Mark} from '../ui';
import {leftPages} from './Page';
import {setTitle} from './title';

/** What somebody sees who is not signed in: the mark, a heading, a form. */
export function Entrance({title, children, foot}: {title: string; children: ComponentChildren; foot?: ComponentChildren}) {
  useLayoutEffect(() => setTitle(title), [title]);
  useLayoutEffect(leftPages, []);
  return (
    <div class="entrance">
      <header class="entrance-head">
        <Mark size={44} />
        <span class="brand-name">{t('shell.name')}</span>
      </header>
      <main class="entrance-main">
        <h1>{title}</h1>
        {children}
        {foot ? <p class="entrance-foot">{foot}</p> : null}
      </main>
    </div>
  );
}
