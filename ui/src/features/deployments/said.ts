/**
 * What gateways said about the document of a run, as the page shows it: each place leads to where it stands now.
 * It refuses to lead to a place that is gone.
 */
import type { DeploymentDetail, RunFinding } from '../../ipc/generated'
import type { Finding } from '../../kit/types'
import { sentence } from '../../kit/words'
import { placeAddress } from './address'

/** Gateways that said the same. */
export interface Said {
  gateways: string[]
  findings: Finding[]
}

export function said(details: DeploymentDetail[]): Said[] {
  const groups = new Map<string, Said>()
  for (const { row, findings } of details) {
    if (findings.length === 0) continue
    const same = JSON.stringify(findings)
    const group = groups.get(same)
    if (group) group.gateways.push(row.gateway_name)
    else groups.set(same, { gateways: [row.gateway_name], findings: findings.map((one) => shown(row.api, one)) })
  }
  return [...groups.values()]
}

function shown(api: string, { finding, now }: RunFinding): Finding {
  const { line, column } = now ?? finding.place
  const gone = finding.place.line > 0 && now === null ? ['That place is not in the document any more.'] : []
  return {
    line,
    column,
    severity: finding.severity,
    text: sentence(finding.message),
    more: [finding.why, finding.fix].filter((one) => one !== '').map(sentence).concat(gone),
    rule: finding.rule,
    href: now ? `#${placeAddress(api, now)}` : null,
  }
}

/** `eu, us and ap`. */
export function together(names: string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}
