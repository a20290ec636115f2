/** `GET /pets/{id}` in its two parts. */
export function splitKey(key: string): { method: string; path: string } {
  const space = key.indexOf(' ')
  return space < 0 ? { method: 'GET', path: key } : { method: key.slice(0, space), path: key.slice(space + 1) }
}
