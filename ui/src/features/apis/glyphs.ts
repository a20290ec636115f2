/** One sign for each fidelity. */
import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleMinus from '@lucide/svelte/icons/circle-minus'
import CircleX from '@lucide/svelte/icons/circle-x'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'
import type { Fidelity } from '../../ipc/generated'
import type { Icon } from '../../kit/types'

export const GLYPHS: Record<Fidelity, Icon> = { exact: CircleCheck, changed: TriangleAlert, lost: CircleMinus, refused: CircleX }
