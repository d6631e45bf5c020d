/**
 * @module
 * Which kind of file some bytes are, judged by the bytes and not by the name.
 */

import { FormatError } from "../errors.ts";
import { isLegacyFile } from "./pt/legacy-file.ts";
import { MAX_ZIP_ENTRIES, readCentralDirectory } from "../zip/index.ts";
import { MAX_SAFETENSORS_HEADER } from "./limits.ts";

/** The formats of weights that candil reads. */
export type CheckpointFormat = "pt-zip" | "pt-legacy" | "safetensors" | "json";

const RESAVE = "In Python: torch.save(model.state_dict(), PATH)";

/** Kinds of files that people try in the place of weights, by the bytes that they begin with. */
const others: readonly { readonly magic: string; readonly at?: number; readonly says: string }[] = [
  {
    magic: "ustar",
    at: 257,
    says: `a tar file, the format of PyTorch 0.1. Load it with an old PyTorch and save it again. ${RESAVE}`,
  },
  { magic: "version https://git-lfs", says: "a Git LFS pointer and not the file itself. Run: git lfs pull" },
  { magic: "GGUF", says: "a GGUF file of llama.cpp. Take the .safetensors or .pt of the same model" },
  { magic: "\x89HDF", says: `an HDF5 file, as Keras writes it. Weights of PyTorch are expected. ${RESAVE}` },
  { magic: "\x93NUMPY", says: "a NumPy array. In Python: torch.save({NAME: torch.from_numpy(array)}, PATH)" },
  {
    magic: "7z\xbc\xaf\x27\x1c",
    says: "a 7z archive. PyTorch writes no such files; unpack it only if you trust it",
  },
  {
    magic: "\x1f\x8b",
    says: "compressed by gzip. Run gunzip first; if it is a .tgz model archive, unpack it",
  },
  { magic: "\x89PNG", says: "a PNG picture" },
  { magic: "\xff\xd8\xff", says: "a JPEG picture" },
  { magic: "TFL3", at: 4, says: "a TensorFlow Lite model. Weights of PyTorch are expected" },
];

/**
 * Names the format of a file of weights.
 * @throws FormatError for everything else, naming what it is where that can be told, and what to do
 */
export function sniffFormat(bytes: Uint8Array): CheckpointFormat {
  if (bytes.length === 0) throw new FormatError("checkpoint: the file is empty (0 bytes)");
  if (startsWith(bytes, "PK\x03\x04")) return checkArchive(bytes);
  if (isLegacyFile(bytes)) return "pt-legacy";
  if (isSafetensors(bytes)) return "safetensors";
  const text = latin1(bytes.subarray(0, 256))
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart()
    .toLowerCase();
  if (text.startsWith("{")) return "json";
  throw new FormatError(
    `checkpoint: expected .pt, .safetensors or .json weights, got ${nameOther(bytes, text)}`,
  );
}

/** Zip archives are told apart by the names in them. */
function checkArchive(bytes: Uint8Array): "pt-zip" {
  const names = readCentralDirectory(bytes, MAX_ZIP_ENTRIES).entries.map((entry) => entry.name);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/^MAR-INF\/MANIFEST\.json$/i)) {
    throw new FormatError(
      "checkpoint: this is a TorchServe model archive (.mar), not a file of weights. Load it as a model, " +
        "or take the serializedFile that its MAR-INF/MANIFEST.json names out of it",
    );
  }
  if (
    has(/^[^/]+\/archive_format$/) ||
    has(/(^|\/)serialized_exported_program\.json$/) ||
    has(/^[^/]+\/models\/[^/]+\.json$/)
  ) {
    throw new FormatError(`checkpoint: this is an exported program (.pt2), not a file of weights. ${RESAVE}`);
  }
  if (has(/^[^/]+\/constants\.pkl$/) || has(/^[^/]+\/code\//)) {
    throw new FormatError(
      `checkpoint: this is TorchScript, a whole program, not a file of weights. ${RESAVE}, or of torch.jit.load(PATH)`,
    );
  }
  if (!has(/^[^/]+\/data\.pkl$/)) {
    const some =
      names
        .slice(0, 5)
        .map((name) => JSON.stringify(name))
        .join(", ") || "nothing";
    throw new FormatError(
      `checkpoint: this zip archive is not one of PyTorch's: it holds ${some}, but no data.pkl`,
    );
  }
  return "pt-zip";
}

/** A header of plausible length that begins with a brace. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length <= BigInt(MAX_SAFETENSORS_HEADER);
}

function nameOther(bytes: Uint8Array, text: string): string {
  for (const { magic, at = 0, says } of others) if (startsWith(bytes, magic, at)) return says;
  if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
    return "an HTML page: the download was a web page in the place of the file. Look for a link to the raw file";
  }
  if (isOnnx(bytes)) return `an ONNX model. Weights of PyTorch are expected. ${RESAVE}`;
  if (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
    return `a pickle that torch.save did not write. ${RESAVE}`;
  }
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `${bytes.length} bytes that begin with ${first.join(" ")}`;
}

/** Protocol buffers: field 1, a small number (the version), then field 2, a string (the producer's name). */
function isOnnx(bytes: Uint8Array): boolean {
  return bytes.length > 4 && bytes[0] === 0x08 && bytes[1] < 0x40 && bytes[2] === 0x12 && bytes[3] < 0x40;
}

function startsWith(bytes: Uint8Array, magic: string, at = 0): boolean {
  return latin1(bytes.subarray(at, at + magic.length)) === magic;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
