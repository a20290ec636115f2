/** What a host gives the page. It refuses to know any command: those are in the generated table. */
import type { AppEvent } from './generated'

/** A file the user chose: where the host can read it by itself, its path; in a browser, its text. */
export type ChosenFile = { from: 'path'; path: string; name: string } | { from: 'text'; text: string; name: string }

/** Where to save: a path the core can write, or a download. */
export type SaveTarget = { to: 'path'; path: string } | { to: 'download'; save: (text: string) => void }

export interface Host {
  /** `null` when the user chose none. `extensions` without dots. */
  openFileDialog(title: string, extensions: string[]): Promise<ChosenFile | null>
  saveFileDialog(title: string, fileName: string): Promise<SaveTarget | null>
  /** In the system's browser. */
  openUrl(url: string): Promise<void>
  /** Files dropped on the window; returns how to stop listening. */
  onFileDrop(callback: (file: ChosenFile) => void): () => void
}

export interface Listening {
  /** Resolves once events are heard, or will not be for now: what is read from then on misses none unsaid. */
  heard: Promise<void>
  stop: () => void
}

export interface Transport {
  /** Resolves to the response; rejects with whatever the host gave, usually a fault. */
  call(name: string, request: unknown): Promise<unknown>
  /** `onBreak` tells that events may have been missed. */
  listen(callback: (event: AppEvent) => void, onBreak: () => void): Listening
  host: Host
}

export function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}
