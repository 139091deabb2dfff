//! The references as documents: a tantivy index a segment, with text, prompt and metadata, searchable.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tantivy::collector::TopDocs;
use tantivy::directory::MmapDirectory;
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Facet, FacetOptions, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value as _};
use tantivy::{DocAddress, Index, Searcher, TantivyDocument, Term};

/// Memory that tantivy may take while it builds a segment, bytes.
const WRITER_BYTES: usize = 200_000_000;

/// A reference as it is stored: the first one of its text, and the others of equal text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredReference {
    /// The reference's own id where it has one, else its content hash.
    pub id: String,
    /// Its text; empty in an index made with `--no-text`.
    pub text: String,
    /// The prompt that it answers, or empty.
    pub prompt: String,
    /// Ids of all references of this text, with the number of their attribution in the catalogue; the first is `id`.
    pub also: Vec<Known>,
}

/// One reference among those of equal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Number of its attribution in the catalogue.
    pub attribution: u32,
}

/// Metadata under which a reference can be searched for.
#[derive(Debug, Clone, Copy)]
pub struct Indexed<'a> {
    /// Who gave the answer.
    pub attribution: &'a super::catalog::Attribution,
    /// Simhash of its words.
    pub simhash: u64,
    /// Its normalised words, joined by spaces: what BM25 sees.
    pub searchable: &'a str,
}

struct Fields {
    id: Field,
    text: Field,
    words: Field,
    prompt: Field,
    also: Field,
    model: Field,
    vendor: Field,
    source: Field,
    released: Field,
    license: Field,
    lang: Field,
    simhash: Field,
    facets: Field,
}

fn schema() -> (Schema, Fields) {
    let mut b = Schema::builder();
    let searchable = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs),
    );
    let fields = Fields {
        id: b.add_text_field("id", STRING | STORED),
        text: b.add_text_field("text", STORED),
        words: b.add_text_field("words", searchable),
        prompt: b.add_text_field("prompt", STORED),
        also: b.add_text_field("also", STORED),
        model: b.add_text_field("model", STRING | STORED),
        vendor: b.add_text_field("vendor", STRING | STORED),
        source: b.add_text_field("source", STRING | STORED),
        released: b.add_text_field("released", STRING | STORED),
        license: b.add_text_field("license", STRING | STORED),
        lang: b.add_text_field("lang", STRING | STORED),
        simhash: b.add_u64_field("simhash", FAST),
        facets: b.add_facet_field("facets", FacetOptions::default()),
    };
    (b.build(), fields)
}

fn failed(path: &Path, e: &tantivy::TantivyError) -> Error {
    Error::index(path, format!("the reference store is damaged or cannot be written ({e}); build the index again"))
}

/// Writes one segment's references, in order.
pub struct StoreWriter {
    writer: SingleSegmentIndexWriter<TantivyDocument>,
    fields: Fields,
    path: PathBuf,
    with_text: bool,
}

impl StoreWriter {
    /// A store in the new folder `path`; `with_text`: keep the texts, not only what is needed to name them.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn create(path: &Path, with_text: bool) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(|e| Error::io(path, "cannot create", e))?;
        let (schema, fields) = schema();
        let directory = MmapDirectory::open(path).map_err(|e| failed(path, &e.into()))?;
        // one segment, so that a reference's number is its document number
        let writer = Index::builder().schema(schema).single_segment_index_writer(directory, WRITER_BYTES).map_err(|e| failed(path, &e))?;
        Ok(Self { writer, fields, path: path.into(), with_text })
    }

    /// Adds the next reference.
    ///
    /// # Errors
    /// Where the disk is full.
    pub fn add(&mut self, reference: &StoredReference, indexed: Indexed<'_>) -> Result<()> {
        let f = &self.fields;
        let mut doc = TantivyDocument::new();
        doc.add_text(f.id, &reference.id);
        if self.with_text {
            doc.add_text(f.text, &reference.text);
            doc.add_text(f.words, indexed.searchable);
            doc.add_text(f.prompt, &reference.prompt);
        }
        if reference.also.len() > 1 {
            doc.add_text(f.also, serde_json::to_string(&reference.also).expect("plain data serialises"));
        }
        let a = indexed.attribution;
        for (field, value) in
            [(f.model, &a.model), (f.vendor, &a.vendor), (f.source, &a.source), (f.released, &a.released), (f.license, &a.license), (f.lang, &a.lang)]
        {
            doc.add_text(field, value);
        }
        for (name, value) in [("model", &a.model), ("vendor", &a.vendor), ("source", &a.source)] {
            if !value.is_empty() {
                doc.add_facet(f.facets, Facet::from_path([name, value.as_str()]));
            }
        }
        doc.add_u64(f.simhash, indexed.simhash);
        self.writer.add_document(doc).map_err(|e| failed(&self.path, &e))
    }

    /// Finishes the store.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(self) -> Result<()> {
        self.writer.finalize().map_err(|e| failed(&self.path, &e))?;
        Ok(())
    }
}

/// An open store.
pub struct Store {
    searcher: Searcher,
    fields: Fields,
    path: PathBuf,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in `path`.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let index = Index::open_in_dir(path).map_err(|e| failed(path, &e))?;
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(Error::index(path, "the reference store has another schema; build the index again"));
        }
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into().map_err(|e| failed(path, &e))?;
        Ok(Self { searcher: reader.searcher(), fields, path: path.into() })
    }

    /// References in the store.
    pub fn len(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reference number `n` of the segment.
    ///
    /// # Errors
    /// Where the store is damaged.
    pub fn get(&self, n: u32) -> Result<StoredReference> {
        let doc: TantivyDocument = self.searcher.doc(DocAddress::new(0, n)).map_err(|e| failed(&self.path, &e))?;
        let text = |field| doc.get_first(field).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let also = text(self.fields.also);
        let also = if also.is_empty() {
            Vec::new()
        } else {
            serde_json::from_str(&also).map_err(|e| Error::index(&self.path, format!("the reference store is damaged: {e}")))?
        };
        Ok(StoredReference { id: text(self.fields.id), text: text(self.fields.text), prompt: text(self.fields.prompt), also })
    }

    /// The references nearest to these normalised words by BM25, best first, with their scores.
    ///
    /// # Errors
    /// Where the store is damaged.
    pub fn nearest(&self, words: &[&str], limit: usize) -> Result<Vec<(u32, f32)>> {
        let clauses: Vec<(Occur, Box<dyn Query>)> = words
            .iter()
            .map(|w| {
                let query = TermQuery::new(Term::from_field_text(self.fields.words, w), IndexRecordOption::WithFreqs);
                (Occur::Should, Box::new(query) as Box<dyn Query>)
            })
            .collect();
        let top = TopDocs::with_limit(limit.max(1)).order_by_score();
        let found = self.searcher.search(&BooleanQuery::new(clauses), &top).map_err(|e| failed(&self.path, &e))?;
        Ok(found.into_iter().map(|(score, address)| (address.doc_id, score)).collect())
    }
}
