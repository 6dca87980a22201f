import { Injectable } from '@nestjs/common';
import bowser from 'bowser';

import { DeviceReader, type Device } from '../domain/enrichment/device.js';

const MOST_REMEMBERED = 10_000;
const LONGEST_READ = 500;

/** Reads user agents with bowser. There are few different ones, so each is read once. */
@Injectable()
export class BowserDeviceReader extends DeviceReader {
  private readonly remembered = new Map<string, Device | null>();

  read(userAgent: string): Device | null {
    const known = this.remembered.get(userAgent);
    if (known !== undefined) return known;
    const device = parse(userAgent.slice(0, LONGEST_READ));
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(userAgent, device);
    return device;
  }
}

function parse(userAgent: string): Device | null {
  if (userAgent.trim() === '') return null;
  const { browser, os, platform } = bowser.parse(userAgent);
  const system = [os.name, os.versionName ?? os.version].filter(Boolean).join(' ');
  const program = [browser.name, browser.version?.split('.')[0]].filter(Boolean).join(' ');
  // What is no browser, such as a script, names itself at the beginning.
  const own = /^[\w.+-]{1,60}/.exec(userAgent)?.[0] ?? userAgent.slice(0, 60);
  if (!browser.name && !os.name) return { text: own, key: `other|${own.split('/')[0]!.toLowerCase()}` };
  const text = [program || own, system].filter(Boolean).join(' on ');
  return { text, key: [os.name ?? '', browser.name ?? own, platform.type ?? ''].join('|').toLowerCase().slice(0, 190) };
}
