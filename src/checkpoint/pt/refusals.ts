/**
 * @module
 * What to tell people about a name that candil does not read.
 */

const RESAVE = "In Python: torch.save(model.state_dict(), PATH)";

/** Rows are tried in order; the first that fits gives the advice. */
const advice: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  {
    pattern:
      /^(os|posix|nt|sys|subprocess|pty|socket|shutil|runpy|ctypes|importlib|pip|webbrowser|operator|builtins\.(eval|exec|compile|open|getattr|__import__|apply|map))\b/,
    says:
      "Python would run a command when it opens this file: it is made to attack, do not open it elsewhere. " +
      "candil has executed nothing",
  },
  {
    pattern: /^torch\.nn\.|^torchvision\.models\.|^timm\.|^transformers\./,
    says: `the file holds a whole module with its classes, not its weights. ${RESAVE}`,
  },
  {
    pattern: /_rebuild_qtensor|\.QU?Int\d+(x\d)?Storage$|^torch\.(qu?int|per_(tensor|channel))|^torch\.ao\./,
    says: "quantised tensors are not read. In Python: save the model before quantisation, or x.dequantize()",
  },
  { pattern: /_rebuild_sparse|sparse_/, says: "sparse tensors are not read. In Python: save x.to_dense()" },
  {
    pattern: /Complex(Float|Double)Storage$/,
    says: "complex tensors are not read. In Python: save torch.view_as_real(x)",
  },
  {
    pattern: /_rebuild_nested_tensor/,
    says: "nested tensors are not read. In Python: save a list of tensors",
  },
  {
    pattern:
      /_rebuild_meta_tensor|_rebuild_device_tensor|_rebuild_wrapper_subclass|^torch\.distributed|^torch\._subclasses/,
    says: "this kind of tensor has no values of its own in the file. In Python: save x.cpu() or x.full_tensor()",
  },
  { pattern: /^torch\.jit\.|^__torch__/, says: `this is TorchScript. ${RESAVE}` },
  {
    pattern: /^numpy\./,
    says: "NumPy's objects are not read. In Python: save x.item(), x.tolist() or torch.from_numpy(x)",
  },
  { pattern: /^argparse\.Namespace$/, says: "save vars(args) in the place of args, or the state_dict alone" },
  { pattern: /^pathlib\./, says: "save str(path) in the place of the path, or the state_dict alone" },
  {
    pattern: /^(datetime|functools|random|collections)\./,
    says: `plain data is expected beside the weights. ${RESAVE}`,
  },
  {
    pattern: /^torch\.optim\./,
    says: "the file holds an optimizer itself. In Python: save optimizer.state_dict()",
  },
];

/** The message for a name that is not on the list: what it is, why it is refused, and the way out. */
export function refusal(label: string): string {
  return `.pt: the file refers to ${label}: ${adviceFor(label)}.`;
}

/** One message for all names that the same advice fits. */
export function refusals(labels: Iterable<string>): string[] {
  const byAdvice = new Map<string, string[]>();
  for (const label of labels) {
    const says = adviceFor(label);
    const names = byAdvice.get(says);
    if (names === undefined) byAdvice.set(says, [label]);
    else names.push(label);
  }
  return [...byAdvice].map(([says, names]) => `.pt: the file refers to ${names.join(", ")}: ${says}.`);
}

function adviceFor(label: string): string {
  const known = advice.find((row) => row.pattern.test(label));
  return (
    known?.says ??
    "it belongs to neither tensors nor plain data; the file probably holds a whole Python object, and candil executes " +
      `no code to rebuild it. ${RESAVE}`
  );
}
