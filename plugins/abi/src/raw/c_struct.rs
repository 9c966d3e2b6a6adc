//! A struct of the ABI and its description, written once.

/// What the header generator and the layout test know of a struct.
#[derive(Debug, Clone, Copy)]
pub struct CStruct {
    /// Its name, the same in C and in Rust.
    pub name: &'static str,
    /// Its documentation, a line each.
    pub doc: &'static [&'static str],
    /// Its size in bytes on this target.
    pub size: usize,
    /// Its fields in order.
    pub fields: &'static [CField],
}

/// A field of a [`CStruct`].
#[derive(Debug, Clone, Copy)]
pub struct CField {
    /// Its name.
    pub name: &'static str,
    /// Its declaration in C, without the semicolon.
    pub declaration: &'static str,
    /// Its documentation, a line each.
    pub doc: &'static [&'static str],
    /// Its distance from the struct's start in bytes on this target.
    pub offset: usize,
}

/// Defines a `#[repr(C)]` struct and its [`CStruct`] as `LAYOUT`.
macro_rules! c_struct {
    (
        $(#[doc = $doc:literal])*
        $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident: $type:ty = $declaration:literal; )*
        }
    ) => {
        $(#[doc = $doc])*
        #[repr(C)]
        #[derive(Debug, Clone, Copy)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl $name {
            /// The struct as C sees it.
            pub const LAYOUT: $crate::raw::CStruct = $crate::raw::CStruct {
                name: stringify!($name),
                doc: &[$($doc),*],
                size: size_of::<$name>(),
                fields: &[$(
                    $crate::raw::CField {
                        name: stringify!($field),
                        declaration: $declaration,
                        doc: &[$($field_doc),*],
                        offset: std::mem::offset_of!($name, $field),
                    },
                )*],
            };
        }
    };
}
