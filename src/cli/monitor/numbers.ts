/** Numbers as the live screen writes them. */

/** "0", "32.1", "1,024", "1.2M": five characters up to a hundred thousand a second. */
export function rateText(rate: number | null | undefined): string {
  if (rate === null || rate === undefined) return '-';
  if (rate === 0) return '0';
  if (rate < 99.95) return rate.toFixed(1);
  return rate < 999_999.5 ? countText(Math.round(rate)) : `${(rate / 1e6).toFixed(1)}M`;
}

/** With its thousands apart. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** "3d 02:11", "02:11:05" */
export function durationText(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60];
  return days >= 1
    ? `${Math.floor(days)}d ${two(hours)}:${two(minutes)}`
    : `${two(hours)}:${two(minutes)}:${two(seconds % 60)}`;
}
