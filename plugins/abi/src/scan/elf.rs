//! Just enough of ELF to read a plug-in's manifest: the tables of a 64-bit little-endian shared library.
//!
//! Everything read from the file is checked against its size, and bounded. A truncated library is told here: the
//! system's loader would map what is not there, and the process would end with a bus error.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::raw::{AQ_ENTRY_SYMBOL, AQ_MANIFEST_SECTION};

/// The largest manifest that is read.
const MOST_MANIFEST: u64 = 4 << 20;
/// The largest table of names that is searched.
const MOST_NAMES: u64 = 16 << 20;
const HEADER: usize = 64;
const SECTION_HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const PT_LOAD: u32 = 1;
const SHT_DYNSYM: u32 = 11;
const SHT_NOBITS: u32 = 8;
const ET_DYN: u16 = 3;

/// Why a file is no library of this machine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ElfError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file is no ELF file.
    #[error("not a shared library (no ELF header)")]
    NotElf,
    /// The file ends before what it announces.
    #[error("truncated: {what} ends at byte {end}, the file has {len}")]
    Truncated {
        /// The part that is cut.
        what: &'static str,
        /// Where it should end.
        end: u64,
        /// The length of the file.
        len: u64,
    },
    /// The library is for another machine.
    #[error("for another machine: ELF machine {theirs}, this one is {ours}")]
    Machine {
        /// The file's machine number.
        theirs: u16,
        /// This machine's.
        ours: u16,
    },
    /// The file is an ELF file of another kind, or of a size that no plug-in has.
    #[error("not a usable shared library: {0}")]
    Unusable(&'static str),
}

/// What the file says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Library {
    /// The embedded manifest, without trailing zeros.
    pub(crate) manifest: Option<Vec<u8>>,
    /// Whether it exports the entry symbol.
    pub(crate) has_entry: bool,
}

/// Reads a library's manifest, and whether it has the entry symbol.
pub(crate) fn read(path: &Path) -> Result<Library, ElfError> {
    // Before it is opened: that of a pipe would wait until somebody writes to it.
    if !std::fs::metadata(path)?.is_file() {
        return Err(ElfError::Unusable("not a regular file"));
    }
    let file = File::open(path)?;
    let input = Input { len: file.metadata()?.len(), file };
    let sections = input.sections()?;
    let names = input.section_names(&sections)?;
    let mut library = Library { manifest: None, has_entry: false };
    let mut searched = false;
    for section in &sections.headers {
        if library.manifest.is_none() && names.is(section.name, AQ_MANIFEST_SECTION) {
            let bytes = input.content(section, MOST_MANIFEST, "the manifest")?;
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            library.manifest = Some(bytes[..end].to_vec());
        }
        // A library has one such table, so that it is also searched once.
        if section.kind == SHT_DYNSYM
            && !std::mem::replace(&mut searched, true)
            && let Some(strings) = sections.headers.get(section.link as usize)
        {
            let strings = input.content(strings, MOST_NAMES, "the names of symbols")?;
            let entry = format!("\0{AQ_ENTRY_SYMBOL}\0");
            library.has_entry = strings.windows(entry.len()).any(|window| window == entry.as_bytes());
        }
    }
    Ok(library)
}

struct Input {
    file: File,
    len: u64,
}

struct Sections {
    headers: Vec<Section>,
    /// Which section holds the names of sections.
    names: usize,
}

struct Section {
    name: u32,
    kind: u32,
    offset: u64,
    size: u64,
    link: u32,
}

struct Names(Vec<u8>);

impl Names {
    /// Whether the name that begins at this place is the one given.
    fn is(&self, at: u32, name: &str) -> bool {
        let Some(rest) = self.0.get(at as usize..) else { return false };
        rest.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&0))
    }
}

impl Input {
    fn read(&self, offset: u64, len: usize, what: &'static str) -> Result<Vec<u8>, ElfError> {
        let end = offset.checked_add(len as u64).ok_or(ElfError::Unusable("a position beyond 64 bits"))?;
        if end > self.len {
            return Err(ElfError::Truncated { what, end, len: self.len });
        }
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    fn sections(&self) -> Result<Sections, ElfError> {
        if self.len < 4 || self.read(0, 4, "the magic number")? != *b"\x7fELF" {
            return Err(ElfError::NotElf);
        }
        let header = self.read(0, HEADER, "the header")?;
        if header[4] != 2 || header[5] != 1 {
            return Err(ElfError::Unusable("not 64-bit little-endian"));
        }
        let (theirs, ours) = (u16_at(&header, 18), OUR_MACHINE);
        if theirs != ours {
            return Err(ElfError::Machine { theirs, ours });
        }
        if u16_at(&header, 16) != ET_DYN {
            return Err(ElfError::Unusable("not a shared library"));
        }
        self.check_segments(&header)?;
        let (offset, entry, count) = (u64_at(&header, 40), u16_at(&header, 58), u16_at(&header, 60));
        if count == 0 || usize::from(entry) != SECTION_HEADER {
            return Err(ElfError::Unusable("no section table"));
        }
        let table = self.read(offset, usize::from(count) * SECTION_HEADER, "the section table")?;
        let headers = table.chunks_exact(SECTION_HEADER).map(section).collect();
        Ok(Sections { headers, names: u16_at(&header, 62).into() })
    }

    /// Everything that the loader would map is there.
    fn check_segments(&self, header: &[u8]) -> Result<(), ElfError> {
        let (offset, entry, count) = (u64_at(header, 32), u16_at(header, 54), u16_at(header, 56));
        if count == 0 || usize::from(entry) != PROGRAM_HEADER {
            return Err(ElfError::Unusable("no program headers"));
        }
        let table = self.read(offset, usize::from(count) * PROGRAM_HEADER, "the program headers")?;
        for segment in table.chunks_exact(PROGRAM_HEADER).filter(|segment| u32_at(segment, 0) == PT_LOAD) {
            let end = u64_at(segment, 8).saturating_add(u64_at(segment, 32));
            if end > self.len {
                return Err(ElfError::Truncated { what: "a segment", end, len: self.len });
            }
        }
        Ok(())
    }

    fn section_names(&self, sections: &Sections) -> Result<Names, ElfError> {
        let section = sections.headers.get(sections.names).ok_or(ElfError::Unusable("no section names"))?;
        Ok(Names(self.content(section, MOST_NAMES, "the names of sections")?))
    }

    fn content(&self, section: &Section, most: u64, what: &'static str) -> Result<Vec<u8>, ElfError> {
        if section.kind == SHT_NOBITS {
            return Ok(Vec::new());
        }
        if section.size > most {
            return Err(ElfError::Unusable("a section too large to be read"));
        }
        self.read(section.offset, section.size as usize, what)
    }
}

fn section(bytes: &[u8]) -> Section {
    Section {
        name: u32_at(bytes, 0),
        kind: u32_at(bytes, 4),
        offset: u64_at(bytes, 24),
        size: u64_at(bytes, 32),
        link: u32_at(bytes, 40),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// ELF's number for this machine.
const OUR_MACHINE: u16 = if cfg!(target_arch = "x86_64") {
    62
} else if cfg!(target_arch = "aarch64") {
    183
} else if cfg!(target_arch = "riscv64") {
    243
} else {
    0
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A library with the tables that a plug-in has, and a manifest.
    fn library(manifest: &[u8]) -> Vec<u8> {
        let names = b"\0.aqueduct.manifest\0.dynsym\0.dynstr\0";
        let symbols = b"\0aq_plugin_entry_v1\0";
        let mut file = vec![0; HEADER + PROGRAM_HEADER];
        let mut put = |bytes: &[u8]| {
            let at = file.len() as u64;
            file.extend_from_slice(bytes);
            (at, bytes.len() as u64)
        };
        let sections = [
            (0, 3, put(names), 0),
            (1, 1, put(manifest), 0),
            (20, SHT_DYNSYM, (0, 0), 3),
            (28, 3, put(symbols), 0),
        ];
        let table = file.len() as u64;
        for (name, kind, (offset, size), link) in sections {
            let mut header = [0; SECTION_HEADER];
            header[0..4].copy_from_slice(&u32::to_le_bytes(name));
            header[4..8].copy_from_slice(&u32::to_le_bytes(kind));
            header[24..32].copy_from_slice(&offset.to_le_bytes());
            header[32..40].copy_from_slice(&size.to_le_bytes());
            header[40..44].copy_from_slice(&u32::to_le_bytes(link));
            file.extend_from_slice(&header);
        }
        let len = file.len() as u64;
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[16..18].copy_from_slice(&ET_DYN.to_le_bytes());
        file[18..20].copy_from_slice(&OUR_MACHINE.to_le_bytes());
        file[32..40].copy_from_slice(&(HEADER as u64).to_le_bytes());
        file[40..48].copy_from_slice(&table.to_le_bytes());
        file[54..56].copy_from_slice(&(PROGRAM_HEADER as u16).to_le_bytes());
        file[56..58].copy_from_slice(&1u16.to_le_bytes());
        file[58..60].copy_from_slice(&(SECTION_HEADER as u16).to_le_bytes());
        file[60..62].copy_from_slice(&4u16.to_le_bytes());
        file[HEADER..HEADER + 4].copy_from_slice(&PT_LOAD.to_le_bytes());
        file[HEADER + 32..HEADER + 40].copy_from_slice(&len.to_le_bytes());
        file
    }

    fn read_bytes(bytes: &[u8]) -> Result<Library, ElfError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        read(file.path())
    }

    #[test]
    fn the_manifest_is_read_without_trailing_zeros() {
        let found = read_bytes(&library(b"{}\0\0")).unwrap();
        assert_eq!(found, Library { manifest: Some(b"{}".to_vec()), has_entry: true });
    }

    #[test]
    fn a_library_cut_anywhere_is_refused() {
        let whole = library(b"{}");
        for length in 0..whole.len() {
            assert!(read_bytes(&whole[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn another_machines_library_says_so() {
        let mut other = library(b"{}");
        other[18] ^= 0xff;
        assert!(read_bytes(&other).unwrap_err().to_string().starts_with("for another machine"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn a_damaged_library_does_no_harm(damage in prop::collection::vec((0usize..460, any::<u8>()), 1..6)) {
            let mut bytes = library(b"{}");
            for (at, value) in damage {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            // Whatever it says, it says it without a panic and without a large allocation.
            let _either = read_bytes(&bytes);
        }
    }
}
