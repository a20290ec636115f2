/**
 * State of one form: values, errors as you type, one submit at a time.
 * It refuses to lose what was typed: nothing here resets values after a failure.
 */

export type Errors<T> = Partial<Record<keyof T & string, string>>

export interface FieldProps {
  name: string
  error: string | undefined
  oninput: () => void
  onblur: () => void
}

const PAUSE = 500

export class FormState<T extends Record<string, unknown>> {
  values: T = $state() as T
  submitting = $state(false)
  /** Set when `submit` threw; the caller decides how to show it. */
  failure = $state<unknown>(null)
  #initial: T
  #shown = $state<Partial<Record<string, true>>>({})
  #remote = $state<Record<string, { value: unknown; message: string }>>({})
  #timers: Record<string, ReturnType<typeof setTimeout>> = {}
  #validate: (values: T) => Errors<T>
  #submit: (values: T) => Promise<unknown>
  #errors: Errors<T> = $derived.by(() => {
    const errors: Errors<T> = this.#validate(this.values)
    for (const [name, { value, message }] of Object.entries(this.#remote)) {
      if (this.values[name] === value) errors[name as keyof T & string] ??= message
    }
    return errors
  })

  constructor(options: {
    initial: T
    validate?: (values: T) => Errors<T>
    submit: (values: T) => Promise<unknown>
  }) {
    this.#initial = structuredClone(options.initial)
    this.values = structuredClone(options.initial)
    this.#validate = options.validate ?? (() => ({}))
    this.#submit = options.submit
  }

  get valid(): boolean {
    return Object.values(this.#errors).every((error) => !error)
  }

  get dirty(): boolean {
    return JSON.stringify($state.snapshot(this.values)) !== JSON.stringify(this.#initial)
  }

  /** Spread on a field: its error once it is due, and the events that make it due. */
  field(name: keyof T & string): FieldProps {
    return {
      name,
      error: this.#shown[name] ? this.#errors[name] : undefined,
      oninput: () => {
        clearTimeout(this.#timers[name])
        this.#timers[name] = setTimeout(() => {
          this.#shown[name] = true
        }, PAUSE)
      },
      onblur: () => {
        if (JSON.stringify(this.values[name]) !== JSON.stringify(this.#initial[name])) this.#shown[name] = true
      },
    }
  }

  /** An error the core found in one field; it stays until the field changes. */
  refuse(name: keyof T & string, message: string): void {
    this.#remote[name] = { value: this.values[name], message }
    this.#shown[name] = true
  }

  /** Shows every error; submits when there is none. Resolves to whether it was done. */
  async submit(): Promise<boolean> {
    if (this.submitting) return false
    for (const name of Object.keys(this.values)) this.#shown[name] = true
    if (!this.valid) return false
    this.submitting = true
    this.failure = null
    try {
      await this.#submit($state.snapshot(this.values) as T)
      this.#initial = $state.snapshot(this.values) as T
      return true
    } catch (error) {
      this.failure = error
      return false
    } finally {
      this.submitting = false
    }
  }
}
