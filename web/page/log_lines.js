// A task's log lines: from its socket while it runs, else what its host still keeps.
const kept_lines = 1_000;

// Lines that came twice (a reconnection sends the last ones again) are shown once. Pure.
export function add_line(lines, line) {
  const is_same = (other) => other.time === line.time && other.text === line.text && other.level === line.level;
  return lines.some(is_same) ? lines : [...lines, line].slice(-kept_lines);
}

// None where the host has none any more.
export async function fetch_lines(id) {
  const answer = await fetch(`api/v1/tasks/${id}/logs`, {headers: {accept: 'application/json'}});
  if (!answer.ok) return [];
  const lines = await answer.json();
  return Array.isArray(lines) ? lines : [];
}
