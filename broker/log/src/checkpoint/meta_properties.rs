//! `meta.properties`: which cluster, node and directory a log directory belongs to. Version 1, as `kafka-storage`
//! writes it.

use std::path::Path;
use std::{io, str};

use uuid::Uuid;

use super::{format_uuid, parse_uuid, replace_file};
use crate::fs::{FileSystem, read_small};

/// The name of the file.
pub(crate) const FILE_NAME: &str = "meta.properties";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetaProperties {
    pub(crate) cluster_id: String,
    pub(crate) node_id: i32,
    pub(crate) directory_id: Option<Uuid>,
}

impl MetaProperties {
    /// Reads the file of a log directory; `None` without one.
    pub(crate) fn read(fs: &dyn FileSystem, dir: &Path) -> io::Result<Option<MetaProperties>> {
        let bytes = match read_small(fs, &dir.join(FILE_NAME), 64 << 10) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let text = str::from_utf8(&bytes).map_err(|_| invalid("not UTF-8".into()))?;
        MetaProperties::parse(text).map(Some).map_err(invalid)
    }

    /// Writes the file, durably.
    pub(crate) fn write(&self, fs: &dyn FileSystem, dir: &Path) -> io::Result<()> {
        replace_file(fs, &dir.join(FILE_NAME), self.format().as_bytes())
    }

    fn format(&self) -> String {
        let mut text = format!("cluster.id={}\n", self.cluster_id);
        if let Some(id) = self.directory_id {
            text += &format!("directory.id={}\n", format_uuid(id));
        }
        text + &format!("node.id={}\nversion=1\n", self.node_id)
    }

    fn parse(text: &str) -> Result<MetaProperties, String> {
        let (mut cluster_id, mut node_id, mut directory_id, mut version) = (None, None, None, None);
        for line in text.lines().filter(|line| !line.starts_with(['#', '!']) && !line.trim().is_empty()) {
            let (key, value) = line.split_once('=').ok_or_else(|| format!("{line:?} is not key=value"))?;
            let value = value.trim();
            match key.trim() {
                "cluster.id" => cluster_id = Some(value.to_owned()),
                "node.id" | "broker.id" => node_id = value.parse().ok(),
                "directory.id" => directory_id = parse_uuid(value),
                "version" => version = Some(value.to_owned()),
                _ => {}
            }
        }
        if !matches!(version.as_deref(), Some("0" | "1")) {
            return Err(format!("version {version:?} is unknown"));
        }
        Ok(MetaProperties {
            cluster_id: cluster_id.ok_or("cluster.id is missing")?,
            node_id: node_id.ok_or("node.id is missing or no number")?,
            directory_id,
        })
    }
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{FILE_NAME}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::MemoryFs;

    #[test]
    fn is_read_as_it_was_written_and_as_kafka_writes_it() {
        let fs = MemoryFs::new();
        let dir = Path::new("/d");
        fs.create_dir_all(dir).unwrap();
        assert_eq!(MetaProperties::read(&fs, dir).unwrap(), None);
        let properties =
            MetaProperties { cluster_id: "c".into(), node_id: 1, directory_id: Some(Uuid::from_u128(7)) };
        properties.write(&fs, dir).unwrap();
        assert_eq!(MetaProperties::read(&fs, dir).unwrap(), Some(properties.clone()));
        let kafkas = "#\n#Mon Nov 23 08:00:00 UTC 2026\ncluster.id=c\ndirectory.id=AAAAAAAAAAAAAAAAAAAABw\n\
                      node.id=1\nversion=1\n";
        assert_eq!(MetaProperties::parse(kafkas), Ok(properties));
        assert!(MetaProperties::parse("version=1\nnode.id=1\n").is_err());
        assert!(MetaProperties::parse("version=2\ncluster.id=c\nnode.id=1\n").is_err());
    }
}
