/**
 * The shell script that makes a sandbox's file system, as text. Pure.
 *
 * It runs as the first process of a new mount namespace; $1 is the sandbox's directory, $2 the program's, the rest is the
 * program. It complains on descriptor 3 while it builds, says `ready` there, and becomes the program.
 * Each of the machine's system directories is an overlay of its own: an overlay of the whole root is refused in a user
 * namespace as soon as anything is mounted below it. Source: kernel `Documentation/filesystems/overlayfs.rst`.
 */

/** What of the machine's root a sandbox of its own has; the rest (homes, mounts, /tmp, /run) starts empty. */
const systemDirectories = ['bin', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'nix', 'opt', 'sbin', 'srv', 'usr', 'var'];
const emptyDirectories = ['boot', 'dev', 'home', 'media', 'mnt', 'proc', 'root', 'run', 'sys', 'tmp'];
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** Where the script finds mount and pivot_root, whatever the PATH of the program. */
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface ScriptOptions {
  /** `own`: a root of its own over the machine's. `machine`: the machine's root with an /etc of its own. */
  root: 'own' | 'machine';
  /** Whether a PID namespace of its own calls for a /proc of its own. */
  ownProcesses: boolean;
  binds: readonly Bind[];
}

/** Something of the lab's that shows up in the sandbox. */
export interface Bind {
  source: string;
  /** Absolute path inside. */
  target: string;
  readOnly?: boolean;
}

/** What runc says of a program that is not there, as a printf format. */
export const notFound = 'exec: "%s": executable file not found in $PATH\\n';

/** Said on descriptor 3 when the program is about to start. */
export const readyWord = 'ready';

export function sandboxScript({ root, ownProcesses, binds }: ScriptOptions): string {
  const body = root === 'own' ? ownRoot(ownProcesses) : machineRoot(ownProcesses);
  const enter = root === 'own' ? ['cd "$R"', 'pivot_root . .', 'cd /', 'umount -l .'] : [];
  const lines = [
    'exec 4>&2 2>&3',
    `P=\${PATH-}; PATH=${systemPath}`,
    'set -eu',
    'S=$1; W=$2; shift 2',
    overlayFunction,
    ...body,
    ...binds.flatMap((bind) => bindLines(bind, root === 'own' ? '"$R"' : '')),
    ...enter,
    'mkdir -p "$W"; cd "$W"; unset OLDPWD',
    'PATH=$P',
    // Complains as a container runtime does, while there is still someone to complain to.
    `command -v -- "$1" >/dev/null 2>&1 || { printf '${notFound}' "$1" >&2; exit 127; }`,
    `echo ${readyWord} >&3`,
    'exec 2>&4 3>&- 4>&-',
    'exec "$@"',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Differs: where the kernel refuses the overlay, /etc and /var are copies and the rest is the machine's own, read-only
 * for as far as the user's rights do not go.
 */
const overlayFunction = `N=
# A root without set-uid (an ordinary user's, in user-mode Linux) has copies without it.
while read -r _ at _ options _; do
  case $at,$options in /,*nosuid*) N=nosuid,;; /,*) N=;; esac
done < /proc/mounts
over() {
  mkdir -p "$S/upper/$1" "$S/work/$1" "$2"
  mount -t overlay overlay -o "\${N}lowerdir=/$1,upperdir=$S/upper/$1,workdir=$S/work/$1,userxattr" "$2" 2>/dev/null && return
  case $1 in
    etc|var) mount -t tmpfs -o mode=755 tmpfs "$2"; cp -a "/$1/." "$2/" 2>/dev/null || :; cp -a "$S/upper/$1/." "$2/";;
    *) mount --rbind "/$1" "$2"; mount -o remount,bind,ro "$2" 2>/dev/null || :;;
  esac
}`;

function ownRoot(ownProcesses: boolean): string[] {
  return [
    'R=$S/root',
    'mount --bind "$R" "$R"',
    `for d in ${systemDirectories.join(' ')}; do`,
    '  if [ -L "/$d" ]; then ln -s "$(readlink "/$d")" "$R/$d"',
    '  elif [ -d "/$d" ]; then over "$d" "$R/$d"; fi',
    'done',
    `for d in ${emptyDirectories.join(' ')}; do mkdir "$R/$d"; done`,
    'chmod 1777 "$R/tmp"; chmod 700 "$R/root"',
    ownProcesses
      ? 'mount -t proc proc "$R/proc" 2>/dev/null || mount --rbind /proc "$R/proc"'
      : 'mount --rbind /proc "$R/proc"',
    'mount -t sysfs sysfs "$R/sys" 2>/dev/null || mount --rbind /sys "$R/sys"',
    'mkdir "$R/dev/pts" "$R/dev/shm"; chmod 1777 "$R/dev/shm"',
    `for d in ${devices.join(' ')}; do : > "$R/dev/$d"; mount --bind "/dev/$d" "$R/dev/$d"; done`,
    'mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$R/dev/pts"; ln -s pts/ptmx "$R/dev/ptmx"',
    'ln -s /proc/self/fd "$R/dev/fd"',
    'ln -s fd/0 "$R/dev/stdin"; ln -s fd/1 "$R/dev/stdout"; ln -s fd/2 "$R/dev/stderr"',
  ];
}

function machineRoot(ownProcesses: boolean): string[] {
  return ['over etc /etc', ...(ownProcesses ? ['mount -t proc proc /proc'] : [])];
}

function bindLines({ source, target, readOnly }: Bind, root: string): string[] {
  const from = quote(source);
  const to = `${root}${quote(target)}`;
  const make = `if [ -d ${from} ]; then mkdir -p ${to}; else mkdir -p "$(dirname ${to})"; [ -e ${to} ] || : > ${to}; fi`;
  return [make, `mount --bind ${from} ${to}`, ...(readOnly ? [`mount -o remount,bind,ro ${to}`] : [])];
}

/** A word for the shell, whatever it holds. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
