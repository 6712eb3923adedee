import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { prefs, setPref } from '../state/prefs';
import { hostOf, pictureKind } from './picture';

/** A picture of a message. A remote one tells its host who reads what and when, so it waits for a click. */
export function Picture({ url, text, appid }: { url: string; text: string; appid: number }) {
  const [shown, show] = useState(false);
  const [broken, setBroken] = useState(false);
  const kind = pictureKind(url);
  if (kind === 'no') return <span class="msg-picture-no">{text || t('messages.picture_no')}</span>;
  if (broken) return <span class="msg-picture-no">{t('messages.picture_broken', { host: hostOf(url) })}</span>;
  if (kind === 'here' || shown || prefs.value.remotePictures.includes(appid)) {
    return (
      <img
        class="msg-picture"
        src={url}
        alt={text}
        loading="lazy"
        decoding="async"
        referrerpolicy="no-referrer"
        onError={() => setBroken(true)}
      />
    );
  }
  const always = () => setPref('remotePictures', [...prefs.value.remotePictures, appid]);
  return (
    <span class="msg-picture-ask">
      <span>
        {text ? t('messages.picture_named', { text, host: hostOf(url) }) : t('messages.picture_from', { host: hostOf(url) })}
      </span>
      <button type="button" class="msg-text-button" onClick={() => show(true)}>
        {t('messages.picture_show')}
      </button>
      <button type="button" class="msg-text-button" onClick={always}>
        {t('messages.picture_always')}
      </button>
    </span>
  );
}
