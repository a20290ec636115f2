/** Goes to another page: `go('/apis')`. */
export function go(path: string): void {
  location.hash = `#${path}`
}
