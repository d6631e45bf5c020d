"""Shows that PyTorch reads the .pt files that candil writes.

    python tools/check_written.py FILE.pt...

Each file is loaded with weights_only=True, with mmap too, and its checksums are verified by Python's own zipfile. One
JSON document goes to standard output: {FILE: value}, where a tensor is {"dtype", "shape", "values", "storage"} and two
tensors with the same "storage" number share their memory. Exit code 1 when a file is not read.
"""

import json
import sys
import zipfile

import torch


def plain(value, storages):
    """The value as JSON; tensors flat, in row-major order, exact: floats as Python's shortest text."""
    if isinstance(value, torch.Tensor):
        memory = value.untyped_storage()
        # Storages of no bytes have no address to tell them apart by.
        number = storages.setdefault(memory.data_ptr(), len(storages)) if memory.nbytes() > 0 else None
        values = [repr(x) for x in value.flatten().tolist()]
        return {"dtype": str(value.dtype)[6:], "shape": list(value.shape), "values": values, "storage": number}
    if isinstance(value, dict):
        return {str(key): plain(item, storages) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, storages) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


def check(path):
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
        if damaged is not None:
            raise ValueError(f"checksum of {damaged}")
    mapped = torch.load(path, weights_only=True, mmap=True)
    value = torch.load(path, weights_only=True)
    result = plain(value, {})
    # As text, since NaN is not equal to itself.
    if json.dumps(plain(mapped, {})) != json.dumps(result):
        raise ValueError("mmap=True gives other values")
    return result


def main(paths):
    results, failed = {}, False
    for path in paths:
        try:
            results[path] = check(path)
        except Exception as error:  # any failure is the finding
            failed = True
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
    print(json.dumps(results))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
