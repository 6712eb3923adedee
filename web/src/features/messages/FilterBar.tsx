import { useEffect, useRef, useState } from 'preact/hooks';
import { number, t } from '../../i18n';
import { hasWord, withWord } from '../../lib/filter';
import { apps } from '../../state/apps';
import { counts } from '../../state/reads';
import { setQuery } from '../../state/route';
import { Chip, Icon, IconButton, Select } from '../../ui';
import { kChips, showApp, shownApp, shownQuery } from './filter-words';

const kTyping = 150; // ms without a key, after which the list follows

/** One field for words, and chips that write words into it. The address has the same words. */
export function FilterBar({ searchOpen, onSearch }: { searchOpen: boolean; onSearch: (open: boolean) => void }) {
  const q = shownQuery();
  const [text, setText] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    clearTimeout(timer.current);
    setText(q);
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (searchOpen) input.current?.focus();
  }, [searchOpen]);

  const typed = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery(value.trim()), kTyping);
  };
  const now = (value: string) => {
    clearTimeout(timer.current);
    setText(value);
    setQuery(value.trim());
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') now(text);
    else if (text) return now('');
    else onSearch(false);
    input.current?.blur();
  };
  return (
    <div class="feed-filter" role="search">
      <div class={`feed-search${searchOpen || text ? ' shown' : ''}`}>
        <Icon name="search" size={18} />
        <input
          ref={input}
          id="filter"
          type="search"
          class="input"
          value={text}
          placeholder={t('messages.filter_hint')}
          aria-label={t('messages.filter')}
          title={t('messages.filter_words')}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => typed(event.currentTarget.value)}
          onKeyDown={keyed}
        />
        {text ? <IconButton icon="close" size={16} label={t('messages.filter_clear')} onClick={() => now('')} /> : null}
      </div>
      <div class="feed-chips" role="group" aria-label={t('messages.filters')}>
        <AppSelect />
        {kChips.map(({ word, label }) => (
          <Chip key={word} pressed={hasWord(text, word)} onClick={() => now(withWord(text, word, !hasWord(text, word)))}>
            {t(label)}
          </Chip>
        ))}
      </div>
    </div>
  );
}

/** Where the list of applications at the side has no room for their names. */
function AppSelect() {
  if (apps.value.length === 0) return null;
  const app = shownApp();
  const named = (id: number, name: string) => {
    const n = counts.value.get(id) ?? 0;
    return n > 0 ? `${name} (${n > 99 ? '99+' : number(n)})` : name;
  };
  const options = [
    { value: '', label: t('messages.all_apps') },
    ...apps.value.map(({ id, name }) => ({ value: String(id), label: named(id, name) })),
  ];
  return (
    <span class="feed-apps">
      <Select
        label={t('messages.app')}
        value={app === undefined ? '' : String(app)}
        options={options}
        onChange={(value) => showApp(value ? Number(value) : undefined)}
      />
    </span>
  );
}
