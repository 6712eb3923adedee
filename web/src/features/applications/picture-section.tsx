import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../../i18n';
import type {Application} from '../../lib/types';
import {FormError} from '../../parts/FormError';
import {problem} from '../../parts/problem';
import {say} from '../../state/announce';
import * as apps from '../../state/apps';
import {AppPicture, Button, Section} from '../../ui';
import {pictureOf, scaled} from './picture';

const none = 'static/defaultapp.png';

function useUpload(id: number) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const run = async (work: () => Promise<string | null>) => {
    setBusy(true);
    setWrong(null);
    const found = await work();
    setBusy(false);
    setWrong(found);
    if (!found) say(t('pages.saved'));
  };
  const upload = (file: File | null) =>
    run(async () => {
      if (!file) return t('applications.picture_type');
      const png = await scaled(file);
      if (png === 'type' || png === 'broken') return t('applications.picture_type');
      if (png === 'size') return t('applications.picture_size');
      const done = await apps.setImage(id, png);
      return done.ok ? null : problem(done).text;
    });
  const remove = () =>
    run(async () => {
      const done = await apps.removeImage(id);
      return done.ok ? null : problem(done).text;
    });
  return { busy, wrong, upload, remove };
}

/** A picture may be dropped, pasted or picked. */
export function PictureSection({ app }: { app: Application }) {
  const { busy, wrong, upload, remove } = useUpload(app.id);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = pictureOf(event.clipboardData?.files);
      if (!file) return; // text goes where the caret is
      event.preventDefault();
      void upload(file);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [app.id]);
  const drag = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      void upload(pictureOf(event.dataTransfer?.files));
    },
  };
  return (
    <Section title={t('applications.picture')}>
      <div class={`panel drop${over ? ' over' : ''}`} {...drag}>
        <AppPicture app={app} size={96} />
        <div class="stack grow">
          <p class="muted">{t('applications.picture_hint')}</p>
          <div class="row">
            <Button icon="picture" busy={busy} onClick={() => input.current?.click()}>
              {t('applications.picture_pick')}
            </Button>
            {app.image && app.image !== none ? (
              <Button icon="close" onClick={remove} disabled={busy}>
                {t('applications.picture_remove')}
              </Button>
            ) : null}
          </div>
          <FormError text={wrong} />
        </div>
        <input
          ref={input}
          class="visually-hidden"
          type="file"
          accept="image/*"
          tabIndex={-1}
          aria-label={t('applications.picture_pick')}
          onChange={event => {
            const file = pictureOf(event.currentTarget.files);
            event.currentTarget.value = '';
            if (file) void upload(file);
          }}
        />
      </div>
    </Section>
  );
}
