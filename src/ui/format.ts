import { t } from '../words/language';

export { count, duration, localTime, serverVersionText, size } from '../words/format';

/** How long ago a UTC time was, as people say it: `2 h ago`. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 60) return t`just now`;
  if (seconds < 3600) return t`${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return t`${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? t`a day ago` : t`${days} days ago`;
}
