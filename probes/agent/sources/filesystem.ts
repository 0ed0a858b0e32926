// Room on the mounted disks and in volumes of memory. The mount list is a text, the room a system call, which a test hands in.
import { statfsSync } from 'node:fs';
import type { Put, ReadText } from '../reading.ts';

export type Room = {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
};
const MOUNTS_MAX = 32;
const onDisk = /^(ext[234]|xfs|btrfs|zfs|f2fs|vfat|overlay)$/;

/** Volumes of memory are bounded and run full as disks do; each is its own, whatever its device is called. */
const inMemory = /^tmpfs$/;

/** Mount points on disks, each device once, and in memory; a network file system is left out, for statfs on a dead one hangs. */
export const mountsOf = (text: string): readonly string[] => {
  const byDevice = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [device, point, type] = line.split(' ');
    if (device === undefined || point === undefined) continue;
    const isMemory = inMemory.test(type ?? '');
    const key = isMemory ? point : device;
    if ((!isMemory && !onDisk.test(type ?? '')) || byDevice.has(key)) continue;
    if (byDevice.size < MOUNTS_MAX) byDevice.set(key, point.replaceAll('\\040', ' '));
  }
  return [...byDevice.values()];
};

export const readFilesystems = (read: ReadText, put: Put, room: (path: string) => Room = statfsSync): void => {
  for (const mount of mountsOf(read('/proc/mounts'))) {
    try {
      const { bsize, blocks, bfree, bavail, files, ffree } = room(mount);
      const of = { 'system.filesystem.mountpoint': mount };
      const used = blocks - bfree;
      put('system.filesystem.usage', 'By', 'gauge', used * bsize, { ...of, 'system.filesystem.state': 'used' });
      put('system.filesystem.usage', 'By', 'gauge', bavail * bsize, { ...of, 'system.filesystem.state': 'free' });
      put('system.filesystem.limit', 'By', 'gauge', blocks * bsize, of);
      if (used + bavail > 0) put('system.filesystem.utilization', '1', 'gauge', used / (used + bavail), of);
      put('system.linux.filesystem.inodes.usage', '{inode}', 'gauge', files - ffree, of);
      put('system.linux.filesystem.inodes.limit', '{inode}', 'gauge', files, of);
    } catch {
      // Unmounted since the list was read: its figures are missing, the others are not.
    }
  }
};
