//! Aggregates whose ten child rows have 1 to 200 columns.

use aggregate_core::{Aggregate, Entity, Version};

use super::sample::{Edit, Sample};
use crate::ddl::{Int, Table};

/// The rows below a root.
const ROWS: i64 = 10;

/// Declares a root and its row type with these columns.
macro_rules! wide {
    ($root:ident $table:literal, $row:ident $rows:literal: $first:ident $($column:ident)*) => {
        #[doc = concat!("A row of `", $table, "`.")]
        #[derive(Aggregate, Clone, Debug)]
        #[aggregate(table = $table)]
        pub(super) struct $root {
            #[id]
            id: i64,
            #[version]
            version: Version,
            #[child(foreign_key = "above_id")]
            rows: Vec<$row>,
        }

        #[doc = concat!("A row of `", $rows, "`.")]
        #[derive(Entity, Clone, Debug)]
        #[entity(table = $rows)]
        pub(super) struct $row {
            #[id]
            id: i64,
            $first: i64,
            $($column: i64,)*
        }

        impl Sample for $root {
            fn sample(id: i64, _: u64) -> Self {
                let row = |no| $row { id: id * ROWS + no, $first: no, $($column: no,)* };
                Self { id, version: Version::UNSAVED, rows: (0..ROWS).map(row).collect() }
            }

            fn edit(&mut self, edit: Edit) {
                match edit {
                    Edit::One => self.rows[5].$first += 1,
                    Edit::All => {
                        for row in &mut self.rows {
                            row.$first += 1;
                            $(row.$column += 1;)*
                        }
                    }
                }
            }

            fn tables() -> Vec<Table> {
                let mut rows = Table::new($rows).below($table, "above_id");
                for column in [stringify!($first), $(stringify!($column)),*] {
                    rows = rows.column(column, Int);
                }
                vec![Table::new($table).column("version", Int), rows]
            }
        }
    };
}

wide!(Wide1 "wide1", Wide1Row "wide1_rows":
    c000
);
wide!(Wide10 "wide10", Wide10Row "wide10_rows":
    c000 c001 c002 c003 c004 c005 c006 c007 c008 c009
);
wide!(Wide50 "wide50", Wide50Row "wide50_rows":
    c000 c001 c002 c003 c004 c005 c006 c007 c008 c009 c010 c011 c012 c013 c014 c015 c016 c017 c018
    c019 c020 c021 c022 c023 c024 c025 c026 c027 c028 c029 c030 c031 c032 c033 c034 c035 c036 c037
    c038 c039 c040 c041 c042 c043 c044 c045 c046 c047 c048 c049
);
wide!(Wide200 "wide200", Wide200Row "wide200_rows":
    c000 c001 c002 c003 c004 c005 c006 c007 c008 c009 c010 c011 c012 c013 c014 c015 c016 c017 c018
    c019 c020 c021 c022 c023 c024 c025 c026 c027 c028 c029 c030 c031 c032 c033 c034 c035 c036 c037
    c038 c039 c040 c041 c042 c043 c044 c045 c046 c047 c048 c049 c050 c051 c052 c053 c054 c055 c056
    c057 c058 c059 c060 c061 c062 c063 c064 c065 c066 c067 c068 c069 c070 c071 c072 c073 c074 c075
    c076 c077 c078 c079 c080 c081 c082 c083 c084 c085 c086 c087 c088 c089 c090 c091 c092 c093 c094
    c095 c096 c097 c098 c099 c100 c101 c102 c103 c104 c105 c106 c107 c108 c109 c110 c111 c112 c113
    c114 c115 c116 c117 c118 c119 c120 c121 c122 c123 c124 c125 c126 c127 c128 c129 c130 c131 c132
    c133 c134 c135 c136 c137 c138 c139 c140 c141 c142 c143 c144 c145 c146 c147 c148 c149 c150 c151
    c152 c153 c154 c155 c156 c157 c158 c159 c160 c161 c162 c163 c164 c165 c166 c167 c168 c169 c170
    c171 c172 c173 c174 c175 c176 c177 c178 c179 c180 c181 c182 c183 c184 c185 c186 c187 c188 c189
    c190 c191 c192 c193 c194 c195 c196 c197 c198 c199
);
