/** CodeMirror as the kit uses it; loaded only where an editor is shown. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { type ChangeSet, Compartment, EditorState, type Extension, Text } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags as t } from '@lezer/highlight'
import type { Edit } from './edits'
import { LineEnds } from './ends'
import type { Mark } from './types'

export type Language = 'json' | 'yaml' | 'diff' | 'text'

/** Beyond this, folding and highlighting of selection matches cost more than they give. */
const LARGE = 2_000_000

const colours = HighlightStyle.define([
  { tag: [t.propertyName, t.definition(t.propertyName)], color: 'var(--color-syntax-key)' },
  { tag: [t.string, t.content], color: 'var(--color-syntax-string)' },
  { tag: [t.number, t.bool, t.null, t.keyword, t.atom], color: 'var(--color-syntax-number)' },
  { tag: [t.comment, t.lineComment], color: 'var(--color-syntax-comment)' },
  { tag: [t.punctuation, t.separator, t.bracket], color: 'var(--color-text-2)' },
  { tag: t.inserted, color: 'var(--color-state-ok)' },
  { tag: t.deleted, color: 'var(--color-state-failed)' },
  { tag: t.meta, color: 'var(--color-text-3)' },
  { tag: t.invalid, color: 'var(--color-state-failed)' },
])

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--color-bg)', color: 'var(--color-text)', fontSize: 'var(--type-table)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--color-text)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--color-text)' },
  '.cm-gutters': { backgroundColor: 'var(--color-bg)', color: 'var(--color-text-3)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 4px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--color-bg-hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--color-bg-selected)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--color-tint-waiting)' },
  // Where one types, and nowhere else.
  '.cm-matchingBracket': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--color-bg-selected)', outline: 'none' },
  '.cm-panels': { backgroundColor: 'var(--color-bg-side)', color: 'var(--color-text)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--color-line)' },
  '.cm-panel.cm-search': { fontSize: 'var(--type-table)', padding: '8px 32px 8px 12px' },
  '.cm-textfield': {
    border: '1px solid var(--color-line-strong)',
    borderRadius: 'var(--radius-small)',
    backgroundColor: 'var(--color-bg)',
    fontSize: 'var(--type-table)',
    padding: '2px 6px',
  },
  '.cm-button': {
    border: '1px solid var(--color-line-strong)',
    borderRadius: 'var(--radius-small)',
    backgroundColor: 'var(--color-bg-raised)',
    backgroundImage: 'none',
    fontSize: 'var(--type-table)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--color-tint-warning)', outline: '1px solid var(--color-state-warning)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--color-bg-hover)', border: 'none', color: 'var(--color-text-2)', padding: '0 6px' },
  '.cm-tooltip': {
    backgroundColor: 'var(--color-bg-raised)',
    border: '1px solid var(--color-line)',
    borderRadius: 'var(--radius-base)',
    color: 'var(--color-text)',
  },
  // Told apart by shape as well as by colour.
  '.cm-lint-marker': { content: 'normal !important', boxSizing: 'border-box', width: '9px', height: '9px', margin: '5px 2px' },
  '.cm-lint-marker-error': { backgroundColor: 'var(--color-state-failed)', borderRadius: '50%' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--color-state-warning)', clipPath: 'polygon(50% 0, 100% 100%, 0 100%)' },
  '.cm-lint-marker-info': { border: '2px solid var(--color-state-unknown)', borderRadius: '50%' },
  '.cm-diagnostic': { padding: '4px 8px', fontFamily: 'var(--font-ui)', border: 'none' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--color-state-failed)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--color-state-warning)' },
  '.cm-diagnostic-info': { borderLeft: '3px solid var(--color-state-unknown)' },
})

export interface EditorOptions {
  parent: HTMLElement
  value: string
  language: Language
  readonly: boolean
  wrap: boolean
  label: string
  /** Told of every change; the text is got when it is needed, for getting it costs. */
  onchange: () => void
  oncursor: (line: number) => void
}

export class Editor {
  #view: EditorView
  #language = new Compartment()
  #readonly = new Compartment()
  #taken: ChangeSet | null = null
  #kept: Text
  #ends: LineEnds

  constructor(options: EditorOptions) {
    const large = options.value.length > LARGE
    this.#view = new EditorView({
      parent: options.parent,
      state: EditorState.create({
        doc: options.value,
        extensions: [
          EditorView.cspNonce.of(document.querySelector<HTMLStyleElement>('style#csp-nonce')?.nonce ?? ''),
          look,
          syntaxHighlighting(colours),
          lineNumbers(),
          lintGutter(),
          large ? [] : [foldGutter(), highlightSelectionMatches(), keymap.of(foldKeymap)],
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          // Where nobody types there is no line one is at.
          options.readonly ? [] : [highlightActiveLine(), highlightActiveLineGutter()],
          search({ top: false }),
          options.wrap ? EditorView.lineWrapping : [],
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...completionKeymap,
            ...lintKeymap,
            indentWithTab,
          ]),
          EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
          this.#language.of(grammar(options.language)),
          this.#readonly.of(sealed(options.readonly)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              this.#taken = this.#taken ? this.#taken.compose(update.changes) : update.changes
              this.#ends.take(update.changes)
              options.onchange()
            }
            if (update.selectionSet) options.oncursor(update.state.doc.lineAt(update.state.selection.main.head).number)
          }),
        ],
      }),
    })
    this.#kept = this.#view.state.doc
    this.#ends = new LineEnds(options.value, this.#view.state.doc)
  }

  /** With a line feed at the end of every line, which is what places in it count. */
  get text(): string {
    return this.#view.state.doc.toString()
  }

  /** With the line ends it was given: what is to be kept. */
  get original(): string {
    return this.#ends.of(this.#view.state.doc)
  }

  /** What changed since this was asked last, in the text as it was then. */
  changes(): Edit[] {
    const found: Edit[] = []
    this.#taken?.iterChanges((from, to, _start, _end, insert) => found.push({ from, to, insert: insert.toString() }))
    this.#taken = null
    return found
  }

  /** Takes this as what is saved; without it, the text as it stands. */
  keep(saved?: string): void {
    this.#kept = saved === undefined ? this.#view.state.doc : textOf(saved)
  }

  /** Whether the text is another than the one kept. */
  get changed(): boolean {
    return !this.#view.state.doc.eq(this.#kept)
  }

  /** Makes edits as one step of the history, and shows the first. */
  edit(edits: Edit[]): void {
    const first = edits[0]
    if (!first) return
    this.#view.dispatch({
      changes: edits,
      effects: EditorView.scrollIntoView(first.from, { y: 'center' }),
      annotations: isolateHistory.of('full'),
      userEvent: 'input.fix',
    })
    this.#view.focus()
  }

  replace(value: string): void {
    if (value === this.original) return
    const text = textOf(value)
    if (!text.eq(this.#view.state.doc)) this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } })
    this.#ends = new LineEnds(value, this.#view.state.doc)
  }

  language(language: Language): void {
    this.#view.dispatch({ effects: this.#language.reconfigure(grammar(language)) })
  }

  readonly(on: boolean): void {
    this.#view.dispatch({ effects: this.#readonly.reconfigure(sealed(on)) })
  }

  marks(marks: Mark[]): void {
    const doc = this.#view.state.doc
    this.#view.dispatch(setDiagnostics(this.#view.state, marks.map((mark) => diagnostic(doc, mark))))
  }

  reveal(line: number, column = 1, focus = true): void {
    const at = position(this.#view.state.doc, line, column)
    this.#view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
    if (focus) this.#view.focus()
  }

  destroy(): void {
    this.#view.destroy()
  }
}

function textOf(value: string): Text {
  return Text.of(value.split(/\r\n?|\n/))
}

const diff = StreamLanguage.define({
  token(stream) {
    const sign = stream.peek() ?? ''
    stream.skipToEnd()
    return ({ '+': 'inserted', '-': 'deleted', '@': 'meta' } as Record<string, string | undefined>)[sign] ?? null
  },
})

function grammar(language: Language): Extension {
  return language === 'json' ? json() : language === 'yaml' ? yaml() : language === 'diff' ? diff : []
}

function sealed(on: boolean): Extension {
  return on ? [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0' })] : []
}

function position(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines))
  return Math.min(at.from + Math.max(column - 1, 0), at.to)
}

function diagnostic(doc: Text, mark: Mark): Diagnostic {
  const from = position(doc, mark.line, mark.column)
  const line = doc.lineAt(from)
  const rest = /^[\w$"'/{}.:-]+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0
  const found: Diagnostic = { from, to: Math.min(from + Math.max(rest, 1), line.to), severity: mark.severity, message: mark.message }
  return mark.source === undefined ? found : { ...found, source: mark.source }
}
