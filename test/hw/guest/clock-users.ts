/** Which programs have which hardware clocks open: who could steer them. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Programs by the name of their thread, the devices in order; those that end meanwhile are left out. */
export function clockUsers(): { readonly program: string; readonly devices: readonly string[] }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const devices = clocksOpenIn(pid);
      if (devices.length === 0) return [];
      return [{ program: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), devices }];
    });
}

function clocksOpenIn(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    const files = readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`));
    return files.filter((file) => file.startsWith('/dev/ptp')).toSorted();
  } catch {
    return []; // it has just ended
  }
}
